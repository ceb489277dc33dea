-- Say which cell runs, if the job's latest attempt is still the worker's.
-- ARGV: constants, job id, attempt, worker, cell, cells
if not holds(ARGV[2], ARGV[3], ARGV[4]) then
  return 0
end
redis.call('HSET', job_key(ARGV[2]), 'cell', ARGV[5], 'cells', ARGV[6], 'updated_at', now())
tell(ARGV[2])
return 1
