-- What all scripts of the queue share; each of them runs behind these lines.
-- KEYS: the prefix of every key.
-- ARGV[1]: a JSON object with `group`, `events_kept`, `dead_kept`, and in seconds
-- `ended_lifetime` and `done_joined`.
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

local function tell(id)
  redis.call('XADD', prefix .. 'events', 'MAXLEN', '~', constants.events_kept, '*', 'job', id)
end

local function place(id)
  local held = redis.call('HMGET', job_key(id), 'stage', 'lane', 'client')
  local at = held[1] .. ':' .. held[2]
  return prefix .. 'line:' .. at .. ':' .. held[3], prefix .. 'clients:' .. at, held[3],
    stream_key(held[1], held[2])
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
