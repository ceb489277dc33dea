-- Join the job that is under way for this request, or create the job, its entry and its mark.
-- KEYS: active mark, new job, stream, events
-- ARGV: new id, request, job prefix, request key, stage, events kept
local new_id = ARGV[1]
if redis.call('EXISTS', KEYS[2]) == 1 then
  return {new_id, 1} -- the reply to this very call was lost
end
local active = redis.call('GET', KEYS[1])
if active then
  local state = redis.call('HGET', ARGV[3] .. active, 'state')
  if state == 'queued' or state == 'running' then
    return {active, 0}
  end
end
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('HSET', KEYS[2], 'request', ARGV[2], 'request_key', ARGV[4], 'state', 'queued',
  'stage', ARGV[5], 'attempt', 0, 'tries', 0, 'created_at', ms, 'updated_at', ms)
redis.call('SET', KEYS[1], new_id)
redis.call('XADD', KEYS[3], '*', 'job', new_id)
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[6], '*', 'job', new_id)
return {new_id, 1}
