-- Take one interest in a job back; with the last one the job ends, or its run is to end.
-- ARGV: constants, job id, token: the same one counts once
local id = ARGV[2]
local held = redis.call('HMGET', job_key(id), 'state')
if not held[1] then
  return 0
end
if held[1] ~= 'queued' and held[1] ~= 'running' then
  return 1
end
redis.call('SADD', prefix .. 'withdrawn:' .. id, ARGV[3])
if redis.call('SCARD', prefix .. 'asked:' .. id) > redis.call('SCARD', prefix .. 'withdrawn:' .. id) then
  return 1
end
if held[1] == 'queued' then
  leave_line(id)
  redis.call('ZREM', prefix .. 'delayed:' .. redis.call('HGET', job_key(id), 'stage'), id)
  end_job(id, 'cancelled', {})
else
  -- Its worker learns it from the next heartbeat; whoever asks from now on gets a new job.
  redis.call('HSET', job_key(id), 'cancel', 1)
  unmark(id, 0)
end
return 1
