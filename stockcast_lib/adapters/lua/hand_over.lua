-- Queue a job for the forecast stage; a job that is there already, or has ended, stays as it is.
-- ARGV: constants, job id, price version, traceparent or ''
local id = ARGV[2]
local held = redis.call('HMGET', job_key(id), 'state', 'stage', 'cancel')
if not held[1] then
  return 0
end
if held[2] == 'forecast' or (held[1] ~= 'queued' and held[1] ~= 'running') then
  return 1
end
if held[3] then
  end_job(id, 'cancelled', {})
  return 1
end
if held[1] == 'running' then
  note_run(id, held[2])
end
redis.call('HSET', job_key(id), 'stage', 'forecast', 'state', 'queued', 'tries', 0, 'retries', 0,
  'price_version', ARGV[3], 'updated_at', now())
redis.call('HDEL', job_key(id), 'cell', 'cells', 'owner', 'last_error')
if ARGV[4] ~= '' then
  redis.call('HSET', job_key(id), 'traceparent', ARGV[4])
end
enqueue(id, 'RPUSH')
tell(id)
return 1
