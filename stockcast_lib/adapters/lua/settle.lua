-- Move a worker's own attempt on: back to queued, or to its end. Repeated, or by a worker that
-- has lost the job, it changes nothing.
-- KEYS: job, stream, events
-- ARGV: attempt, worker, group, entry, job id, state, field, value, events kept,
--       active prefix, lifetime of an ended job in seconds
local held = redis.call('HMGET', KEYS[1], 'attempt', 'owner', 'state', 'request_key')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] or held[3] ~= 'running' then
  return 0
end
local now = redis.call('TIME')
redis.call('HSET', KEYS[1], 'state', ARGV[6],
  'updated_at', now[1] * 1000 + math.floor(now[2] / 1000))
redis.call('HDEL', KEYS[1], 'owner', 'cell', 'cells')
redis.call('XACK', KEYS[2], ARGV[3], ARGV[4])
redis.call('XDEL', KEYS[2], ARGV[4])
if ARGV[6] == 'queued' then
  -- Given back on purpose: not a try that failed.
  redis.call('HINCRBY', KEYS[1], 'tries', -1)
  redis.call('XADD', KEYS[2], '*', 'job', ARGV[5])
else
  redis.call('HSET', KEYS[1], ARGV[7], ARGV[8])
  local active = ARGV[10] .. held[4]
  if redis.call('GET', active) == ARGV[5] then
    redis.call('DEL', active)
  end
  redis.call('EXPIRE', KEYS[1], ARGV[11])
end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[9], '*', 'job', ARGV[5])
return 1
