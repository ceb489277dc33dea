-- What all scripts of the queue share; each of them runs behind these lines.
-- KEYS: the prefix of every key.
-- ARGV[1]: a JSON object with `group`, `challenger` (a client's name), `events_kept`, `dead_kept`, `recent_kept`, `newest_run`
-- (its weight in the mean), and in seconds `ended_lifetime`, `done_joined`, `worker_lifetime`,
-- `worker_seen`, `runs_lifetime` and `longest_run`.
--
-- A waiting job stands in its client's line, and a ticket for it in its stage's stream. Whoever
-- takes a ticket gets the next job of the client whose turn it is: so a client with many jobs
-- holds up no other, and the stream's lag still counts the jobs that wait.
local prefix, constants = KEYS[1], cjson.decode(ARGV[1])
-- The jobs that wait or run. Tickets are not counted: some outlive the jobs that they were for.
local open_jobs = prefix .. 'open'

local function job_key(id)
  return prefix .. 'job:' .. id
end

local function stream_key(stage, lane)
  return prefix .. 'stream:' .. stage .. ':' .. lane
end

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function place(id)
  local held = redis.call('HMGET', job_key(id), 'stage', 'lane', 'client')
  local at = held[1] .. ':' .. held[2]
  return prefix .. 'line:' .. at .. ':' .. held[3], prefix .. 'clients:' .. at, held[3],
    stream_key(held[1], held[2])
end

-- The jobs in all lines of a stage and lane.
local function in_lines(at)
  local count = 0
  for _, client in ipairs(redis.call('LRANGE', prefix .. 'clients:' .. at, 0, -1)) do
    count = count + redis.call('LLEN', prefix .. 'line:' .. at .. ':' .. client)
  end
  return count
end

-- 1 for the job that is given out next; nil for one that stands in no line.
local function position_of(id)
  local line, clients, own = place(id)
  local index = redis.call('LPOS', line, id)
  if not index then
    return nil
  end
  -- A client before its own in the row has had one turn more when it is given out.
  local position, turns, lines = index + 1, index + 1, line:sub(1, #line - #own)
  for _, client in ipairs(redis.call('LRANGE', clients, 0, -1)) do
    if client == own then
      turns = index
    else
      position = position + math.min(redis.call('LLEN', lines .. client), turns)
    end
  end
  local held = redis.call('HMGET', job_key(id), 'stage', 'lane')
  return held[2] == 'batch' and position + in_lines(held[1] .. ':interactive') or position
end

-- Seconds, as a text, until the job at a position starts: the jobs up to it that no idle worker
-- takes at once, each of the mean length of the stage's recent runs, shared among its live workers.
-- nil without a run to judge by, or without a worker.
local function expected_wait(stage, position)
  local mean = redis.call('HGET', prefix .. 'runs', stage)
  local workers = redis.call('ZCOUNT', prefix .. 'workers:' .. stage,
    now() - constants.worker_lifetime * 1000, '+inf')
  if not mean or workers == 0 then
    return nil
  end
  local busy = 0
  for _, lane in ipairs({'interactive', 'batch'}) do
    -- An error where no worker has made the group yet.
    busy = busy + (tonumber(redis.pcall('XPENDING', stream_key(stage, lane), constants.group)[1]) or 0)
  end
  local waiting = math.max(0, position - math.max(0, workers - busy))
  return string.format('%.1f', mean * waiting / workers / 1000)
end

local function append(fields, name, value)
  if value then
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
end

-- Add an entry to the stream of events that says how a job is now. `before` leads to the job's
-- entry before it, so that what a reader missed is found without a look at other jobs' entries.
local function tell(id)
  local job = job_key(id)
  local held = redis.call('HMGET', job, 'state', 'stage', 'cell', 'cells', 'told')
  local fields = {'job', id, 'state', held[1], 'stage', held[2]}
  append(fields, 'cell', held[3])
  append(fields, 'cells', held[4])
  append(fields, 'before', held[5])
  local position = held[1] == 'queued' and position_of(id)
  if position then
    append(fields, 'position', position)
    append(fields, 'expected', expected_wait(held[2], position))
  end
  local entry = redis.call('XADD', prefix .. 'events', 'MAXLEN', '~', constants.events_kept, '*',
    unpack(fields))
  redis.call('HSET', job, 'told', entry)
end

-- A stage's worker lives. Written now and then only: each write waits for the disk.
local function seen(stage, worker)
  local workers, moment = prefix .. 'workers:' .. stage, now()
  local last = tonumber(redis.call('ZSCORE', workers, worker) or 0)
  -- Later than now: the clock was put back.
  if last <= moment and moment - last < constants.worker_seen * 1000 then
    return
  end
  redis.call('ZADD', workers, moment, worker)
  redis.call('ZREMRANGEBYSCORE', workers, '-inf', moment - constants.worker_lifetime * 1000)
  redis.call('ZREMRANGEBYSCORE', workers, '(' .. moment, '+inf')
  redis.call('EXPIRE', workers, constants.worker_lifetime)
end

-- A stage's run has ended by itself: its length goes into the mean of recent ones.
local function note_run(id, stage)
  local began = tonumber(redis.call('HGET', job_key(id), 'began'))
  if not began then
    return
  end
  local runs, took = prefix .. 'runs', now() - began
  if took < 0 or took > constants.longest_run * 1000 then
    return -- the clock was set meanwhile
  end
  local mean = tonumber(redis.call('HGET', runs, stage) or took)
  redis.call('HSET', runs, stage, tostring(mean + constants.newest_run * (took - mean)))
  redis.call('EXPIRE', runs, constants.runs_lifetime)
end

local function enqueue(id, push)
  local line, clients, client, stream = place(id)
  if redis.call('LLEN', line) == 0 then
    redis.call('RPUSH', clients, client)
  end
  redis.call(push, line, id)
  redis.call('XADD', stream, '*', 'client', client)
end

-- Gives whether the job stood there. The ticket stays, and is dropped when it finds nobody.
local function leave_line(id)
  local line, clients, client = place(id)
  if redis.call('LREM', line, 1, id) == 0 then
    return false
  end
  if redis.call('LLEN', line) == 0 then
    redis.call('LREM', clients, 1, client)
  end
  return true
end

-- Jobs whose pause is over stand in line again.
local function return_to_line(stage)
  local delayed = prefix .. 'delayed:' .. stage
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', delayed, '-inf', now(), 'LIMIT', 0, 100)) do
    redis.call('ZREM', delayed, id)
    local held = redis.call('HMGET', job_key(id), 'state', 'stage')
    if held[1] == 'queued' and held[2] == stage then
      enqueue(id, 'LPUSH')
    end
  end
end

local function drop_ticket(stage, lane, entry)
  local stream = stream_key(stage, lane)
  redis.call('XACK', stream, constants.group, entry)
  redis.call('XDEL', stream, entry)
  redis.call('HDEL', prefix .. 'bound:' .. stage .. ':' .. lane, entry)
end

-- Let the next request of the same kind start a job of its own, after so many seconds.
local function unmark(id, seconds)
  local active = prefix .. 'active:' .. redis.call('HGET', job_key(id), 'request_key')
  if redis.call('GET', active) == id then
    redis.call('EXPIRE', active, seconds)
  end
end

-- `outcome`: the fields that tell it, by their names.
local function end_job(id, state, outcome)
  local job = job_key(id)
  redis.call('HSET', job, 'state', state, 'updated_at', now())
  redis.call('HDEL', job, 'owner', 'cell', 'cells', 'last_error')
  for field, value in pairs(outcome) do
    redis.call('HSET', job, field, value)
  end
  redis.call('SREM', open_jobs, id)
  -- Whoever saw no result just before there was one joins the job that has it.
  unmark(id, state == 'done' and constants.done_joined or 0)
  for _, key in ipairs({job, prefix .. 'asked:' .. id, prefix .. 'withdrawn:' .. id}) do
    redis.call('EXPIRE', key, constants.ended_lifetime)
  end
  tell(id)
end

-- Whether a worker's attempt at a job is still the latest.
local function holds(id, attempt, worker)
  local held = redis.call('HMGET', job_key(id), 'attempt', 'owner', 'state')
  return held[1] == attempt and held[2] == worker and held[3] == 'running'
end
