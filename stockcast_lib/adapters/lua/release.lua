-- Forget a ticket whose job has left the stage. While it has not, the ticket is all that leads to
-- the job should its worker die, and it may be another worker's by now.
-- ARGV: constants, job id, stage, lane, entry
local held = redis.call('HMGET', job_key(ARGV[2]), 'state', 'stage')
if held[2] == ARGV[3] and (held[1] == 'queued' or held[1] == 'running') then
  return 0
end
drop_ticket(ARGV[3], ARGV[4], ARGV[5])
return 1
