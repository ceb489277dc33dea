-- Join the job that is under way for this request, or create the job, its ticket and its mark.
-- ARGV: constants, new id, request, request key, lane, client, token,
--       how many jobs may wait or run, ticker, traceparent or ''
-- Gives {id, 'new' | 'joined'}, or {'', 'full'}.
local new_id, lane, token = ARGV[2], ARGV[5], ARGV[7]
if redis.call('EXISTS', job_key(new_id)) == 1 then
  return {new_id, 'new'} -- the reply to this very call was lost
end
local mark = prefix .. 'active:' .. ARGV[4]
local active = redis.call('GET', mark)
local held = active and redis.call('HMGET', job_key(active), 'state', 'lane', 'cancel')
if held and held[1] == 'done' then
  return {active, 'joined'}
end
if held and (held[1] == 'queued' or held[1] == 'running') and not held[3] then
  redis.call('SADD', prefix .. 'asked:' .. active, token)
  if lane == 'interactive' and held[2] == 'batch' then
    -- Somebody looks at it now. One that runs, or waits to be tried again, stands in no line: it
    -- takes the new lane when it next stands in one.
    local waits = leave_line(active)
    redis.call('HSET', job_key(active), 'lane', lane)
    if waits then
      enqueue(active, 'RPUSH')
    end
  end
  return {active, 'joined'}
end
if redis.call('SCARD', open_jobs) >= tonumber(ARGV[8]) then
  return {'', 'full'}
end
local moment = now()
redis.call('HSET', job_key(new_id), 'request', ARGV[3], 'request_key', ARGV[4], 'state', 'queued',
  'stage', 'ingest', 'lane', lane, 'client', ARGV[6], 'attempt', 0, 'tries', 0, 'retries', 0,
  'created_at', moment, 'updated_at', moment)
if ARGV[10] ~= '' then
  redis.call('HSET', job_key(new_id), 'traceparent', ARGV[10])
end
redis.call('SADD', prefix .. 'asked:' .. new_id, token)
redis.call('SET', mark, new_id)
redis.call('SADD', open_jobs, new_id)
if ARGV[6] ~= constants.challenger then
  for _, recent in ipairs({prefix .. 'recent', prefix .. 'recent:' .. ARGV[9]}) do
    redis.call('LPUSH', recent, new_id)
    redis.call('LTRIM', recent, 0, constants.recent_kept - 1)
    redis.call('EXPIRE', recent, constants.ended_lifetime)
  end
end
enqueue(new_id, 'RPUSH')
tell(new_id)
return {new_id, 'new'}
