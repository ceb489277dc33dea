-- Renew a worker's lease, if the job's latest attempt is still its own.
-- KEYS: job, stream
-- ARGV: attempt, worker, group, entry
local held = redis.call('HMGET', KEYS[1], 'attempt', 'owner', 'state', 'cancel')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] or held[3] ~= 'running' then
  return 'lost'
end
redis.call('XCLAIM', KEYS[2], ARGV[3], ARGV[2], 0, ARGV[4], 'JUSTID')
return held[4] and 'cancelled' or 'held'
