-- Move a worker's own attempt on: back to its line, or to its end. Repeated, or by a worker that
-- has lost the job, it changes nothing.
-- ARGV: constants, job id, attempt, worker, stage, lane, entry,
--       move: 'back' | 'retry' | a terminal state,
--       the job's fields that tell what came of it (a JSON object of texts),
--       seconds until the retry, 1 to keep it as a dead letter
local id, move, outcome = ARGV[2], ARGV[8], cjson.decode(ARGV[9])
if not holds(id, ARGV[3], ARGV[4]) then
  return 0
end
drop_ticket(ARGV[5], ARGV[6], ARGV[7])
local job = job_key(id)
if move ~= 'back' and move ~= 'retry' then
  if ARGV[11] == '1' then
    redis.call('XADD', prefix .. 'dead', 'MAXLEN', '~', constants.dead_kept, '*', 'job', id,
      'stage', ARGV[5], 'request', redis.call('HGET', job, 'request'), 'error', outcome.error)
  end
  if move ~= 'cancelled' then
    note_run(id, ARGV[5])
  end
  end_job(id, move, outcome)
  return 1
end
if redis.call('HEXISTS', job, 'cancel') == 1 then
  end_job(id, 'cancelled', {})
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
  redis.call('HSET', job, 'last_error', outcome.last_error)
  redis.call('ZADD', prefix .. 'delayed:' .. ARGV[5], now() + math.floor(ARGV[10] * 1000), id)
end
tell(id)
return 1
