-- Take a stage's next job: one whose worker fell silent, else the oldest that waits.
-- The entry's delivery and the job's new attempt are one step, so that no job is taken twice.
-- KEYS: stream, events
-- ARGV: group, worker, lease in ms, stage, job prefix, events kept
-- Gives {'', last entry id} when nothing waits, else {entry id, job id, tries}.
local stream, group, worker = KEYS[1], ARGV[1], ARGV[2]

local function next_entry()
  local silent = redis.call('XPENDING', stream, group, 'IDLE', ARGV[3], '-', '+', 1)
  if silent[1] then
    local taken = redis.call('XCLAIM', stream, group, worker, ARGV[3], silent[1][1])
    if taken[1] then
      return taken[1]
    end
    -- The entry is pending, yet no longer in the stream.
    redis.call('XACK', stream, group, silent[1][1])
  end
  local read = redis.call('XREADGROUP', 'GROUP', group, worker, 'COUNT', 1, 'STREAMS', stream, '>')
  return read and read[1][2][1]
end

local entry = next_entry()
while entry do
  local id = entry[2][2]
  local job = ARGV[5] .. id
  local held = redis.call('HMGET', job, 'state', 'stage')
  if (held[1] == 'queued' or held[1] == 'running') and held[2] == ARGV[4] then
    local now = redis.call('TIME')
    redis.call('HINCRBY', job, 'attempt', 1)
    local tries = redis.call('HINCRBY', job, 'tries', 1)
    redis.call('HSET', job, 'state', 'running', 'owner', worker,
      'updated_at', now[1] * 1000 + math.floor(now[2] / 1000))
    redis.call('HDEL', job, 'cell', 'cells')
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], '*', 'job', id)
    return {entry[1], id, tries}
  end
  -- The job has ended or moved on: its entry is left over.
  redis.call('XACK', stream, group, entry[1])
  redis.call('XDEL', stream, entry[1])
  entry = next_entry()
end
local info = redis.call('XINFO', 'STREAM', stream)
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then
    return {'', info[i + 1]}
  end
end
