-- Queue a job for the forecast stage; a job that is there already, or has ended, stays as it is.
-- KEYS: job, forecast stream, events
-- ARGV: job id, price version, events kept
local state = redis.call('HGET', KEYS[1], 'state')
if not state then
  return 0
end
local moved = redis.call('HGET', KEYS[1], 'stage') == 'forecast'
if moved or (state ~= 'queued' and state ~= 'running') then
  return 1
end
local now = redis.call('TIME')
redis.call('HSET', KEYS[1], 'stage', 'forecast', 'state', 'queued', 'tries', 0,
  'price_version', ARGV[2], 'updated_at', now[1] * 1000 + math.floor(now[2] / 1000))
redis.call('HDEL', KEYS[1], 'cell', 'cells', 'owner')
redis.call('XADD', KEYS[2], '*', 'job', ARGV[1])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[3], '*', 'job', ARGV[1])
return 1
