-- How each lane of each stage stands. Reads only.
-- ARGV: constants
-- Gives {{stage, lane, waiting, running, age in ms of the oldest that waits}, ...},
-- {{stage, workers}, ...}, dead letters.
local lanes, workers = {}, {}
local moment = now()

-- Since a job was asked for.
local function age(id)
  local asked = tonumber(id and redis.call('HGET', job_key(id), 'created_at'))
  return asked and moment - asked or 0
end

-- In each client's line the first was asked for first, or is one that a worker gave back.
local function oldest_in_line(at)
  local oldest = 0
  for _, client in ipairs(redis.call('LRANGE', prefix .. 'clients:' .. at, 0, -1)) do
    oldest = math.max(oldest, age(redis.call('LINDEX', prefix .. 'line:' .. at .. ':' .. client, 0)))
  end
  return oldest
end

for _, stage in ipairs({'ingest', 'forecast'}) do
  local paused = {interactive = {0, 0}, batch = {0, 0}}
  for _, id in ipairs(redis.call('ZRANGE', prefix .. 'delayed:' .. stage, 0, -1)) do
    local held = redis.call('HMGET', job_key(id), 'state', 'stage', 'lane')
    if held[1] == 'queued' and held[2] == stage then
      local found = paused[held[3]]
      paused[held[3]] = {found[1] + 1, math.max(found[2], age(id))}
    end
  end
  for _, lane in ipairs({'interactive', 'batch'}) do
    local at = stage .. ':' .. lane
    -- An error where no worker has made the group yet.
    local running = tonumber(redis.pcall('XPENDING', stream_key(stage, lane), constants.group)[1]) or 0
    lanes[#lanes + 1] = {stage, lane, in_lines(at) + paused[lane][1], running,
      math.max(oldest_in_line(at), paused[lane][2])}
  end
  workers[#workers + 1] = {stage, redis.call('ZCOUNT', prefix .. 'workers:' .. stage,
    moment - constants.worker_lifetime * 1000, '+inf')}
end
return {lanes, workers, redis.call('XLEN', prefix .. 'dead')}
