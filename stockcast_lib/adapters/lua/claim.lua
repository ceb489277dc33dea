-- Take a stage's next job: interactive before batch, and in each lane first one whose worker fell
-- silent. Its ticket's delivery and its new attempt are one step: no job is taken twice.
-- ARGV: constants, worker, lease in ms, stage
-- Gives {entry id, job id, lane, tries, retries}, or {'', last entry ids of both lanes}.
local worker, lease, stage = ARGV[2], ARGV[3], ARGV[4]
local lanes = {'interactive', 'batch'}

local function is_open(id)
  local held = redis.call('HMGET', job_key(id), 'state', 'stage', 'cancel')
  if not held[1] then
    redis.call('SREM', open_jobs, id) -- the job itself was lost
  end
  if (held[1] ~= 'queued' and held[1] ~= 'running') or held[2] ~= stage then
    return false
  end
  if held[3] then
    end_job(id, 'cancelled', {}) -- its worker died before it could
    return false
  end
  return true
end

local function begin(lane, entry, id)
  local job = job_key(id)
  redis.call('HSET', prefix .. 'bound:' .. stage .. ':' .. lane, entry, id)
  redis.call('HINCRBY', job, 'attempt', 1)
  local tries = redis.call('HINCRBY', job, 'tries', 1)
  local moment = now()
  redis.call('HSET', job, 'state', 'running', 'owner', worker, 'updated_at', moment, 'began', moment)
  redis.call('HDEL', job, 'cell', 'cells')
  tell(id)
  return {entry, id, lane, tries, tonumber(redis.call('HGET', job, 'retries'))}
end

local function take_silent(lane)
  local stream = stream_key(stage, lane)
  while true do
    local silent = redis.call('XPENDING', stream, constants.group, 'IDLE', lease, '-', '+', 1)[1]
    if not silent then
      return nil
    end
    local entry = silent[1]
    local id = redis.call('HGET', prefix .. 'bound:' .. stage .. ':' .. lane, entry)
    if id and is_open(id) and
        redis.call('XCLAIM', stream, constants.group, worker, lease, entry)[1] then
      return begin(lane, entry, id)
    end
    drop_ticket(stage, lane, entry)
  end
end

local function whose_turn(lane)
  local clients = prefix .. 'clients:' .. stage .. ':' .. lane
  local client = redis.call('LPOP', clients)
  if not client then
    return nil
  end
  local line = prefix .. 'line:' .. stage .. ':' .. lane .. ':' .. client
  local id = redis.call('LPOP', line)
  if redis.call('LLEN', line) > 0 then
    redis.call('RPUSH', clients, client)
  end
  return id
end

local function take_next(lane)
  local stream = stream_key(stage, lane)
  while true do
    local read = redis.call('XREADGROUP', 'GROUP', constants.group, worker, 'COUNT', 1,
      'STREAMS', stream, '>')
    if not read then
      return nil
    end
    local entry = read[1][2][1][1]
    local id = whose_turn(lane)
    while id and not is_open(id) do
      id = whose_turn(lane)
    end
    if id then
      return begin(lane, entry, id)
    end
    drop_ticket(stage, lane, entry)
  end
end

local function last_entry(lane)
  local info = redis.call('XINFO', 'STREAM', stream_key(stage, lane))
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      return info[i + 1]
    end
  end
end

-- A reply of names and values in turn.
local function by_name(reply)
  local found = {}
  for i = 1, #reply, 2 do
    found[reply[i]] = reply[i + 1]
  end
  return found
end

-- What lies in the future was written before Redis's clock was put back. It counts as written now,
-- for the clock may take hours to come there again: a worker's lease begins anew, a pause is over.
local function set_right()
  local moment = now()
  for _, lane in ipairs(lanes) do
    local stream = stream_key(stage, lane)
    local known = by_name(redis.call('XINFO', 'STREAM', stream, 'FULL', 'COUNT', 100))
    for _, group in ipairs(known.groups) do
      for _, pending in ipairs(by_name(group).pending) do
        if pending[3] > moment then
          redis.call('XCLAIM', stream, constants.group, pending[2], 0, pending[1], 'JUSTID')
        end
      end
    end
  end
  local delayed = prefix .. 'delayed:' .. stage
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', delayed, moment, '+inf', 'LIMIT', 0, 100)) do
    if tonumber(redis.call('HGET', job_key(id), 'updated_at') or 0) > moment then
      redis.call('ZADD', delayed, moment, id)
    end
  end
end

seen(stage, worker)
return_to_line(stage)
for _, lane in ipairs(lanes) do
  local taken = take_silent(lane) or take_next(lane)
  if taken then
    return taken
  end
end
set_right() -- only who is idle has the time
return {'', last_entry(lanes[1]), last_entry(lanes[2])}
