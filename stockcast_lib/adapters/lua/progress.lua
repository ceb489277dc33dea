-- Say which cell runs, if the job's latest attempt is still the worker's.
-- KEYS: job, events
-- ARGV: attempt, worker, job id, cell, cells, events kept
local held = redis.call('HMGET', KEYS[1], 'attempt', 'owner', 'state')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] or held[3] ~= 'running' then
  return 0
end
local now = redis.call('TIME')
redis.call('HSET', KEYS[1], 'cell', ARGV[4], 'cells', ARGV[5],
  'updated_at', now[1] * 1000 + math.floor(now[2] / 1000))
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], '*', 'job', ARGV[3])
return 1
