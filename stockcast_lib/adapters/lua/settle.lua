-- Move a worker's own attempt on: back to its line, or to its end. Repeated, or by a worker that
-- has lost the job, it changes nothing.
-- ARGV: constants, job id, attempt, worker, stage, lane, entry,
--       move: 'back' | 'retry' | a terminal state,
--       seconds until the retry, or the field that tells the outcome; that field's value;
--       1 to keep it as a dead letter
local id, move, detail, value = ARGV[2], ARGV[8], ARGV[9], ARGV[10]
if not holds(id, ARGV[3], ARGV[4]) then
  return 0
end
drop_ticket(ARGV[5], ARGV[6], ARGV[7])
local job = job_key(id)
if move ~= 'back' and move ~= 'retry' then
  if ARGV[11] == '1' then
    redis.call('XADD', prefix .. 'dead', 'MAXLEN', '~', constants.dead_kept, '*', 'job', id,
      'stage', ARGV[5], 'request', redis.call('HGET', job, 'request'), 'error', value)
  end
  end_job(id, move, detail, value)
  return 1
end
if redis.call('HEXISTS', job, 'cancel') == 1 then
  end_job(id, 'cancelled', '', '')
  return 1
end
-- The worker lives: this was not a try that ended with its worker.
redis.call('HINCRBY', job, 'tries', -1)
redis.call('HSET', job, 'state', 'queued', 'updated_at', now())
redis.call('HDEL', job, 'owner', 'cell', 'cells')
if move == 'back' then
  enqueue(id, 'LPUSH')
else
  redis.call('HINCRBY', job, 'retries', 1)
  redis.call('ZADD', prefix .. 'delayed:' .. ARGV[5], now() + math.floor(detail * 1000), id)
end
tell(id)
return 1
