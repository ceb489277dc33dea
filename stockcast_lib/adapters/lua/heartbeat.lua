-- Renew a worker's lease, if the job's latest attempt is still its own.
-- ARGV: constants, job id, attempt, worker, stage, lane, entry
if not holds(ARGV[2], ARGV[3], ARGV[4]) then
  return 'lost'
end
seen(ARGV[5], ARGV[4])
redis.call('XCLAIM', stream_key(ARGV[5], ARGV[6]), constants.group, ARGV[4], 0, ARGV[7], 'JUSTID')
return redis.call('HEXISTS', job_key(ARGV[2]), 'cancel') == 1 and 'cancelled' or 'held'
