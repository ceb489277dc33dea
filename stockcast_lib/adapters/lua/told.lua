-- What was told of a job after one of its entries in the stream of events, in its order; of an
-- entry that is no longer kept, or none, the job's last entry or how it is now.
-- ARGV: constants, job id, entry id or ''
-- Gives {entry id, its fields and values} for each, or nothing where there is no such job.
local id, after = ARGV[2], ARGV[3]
local events = prefix .. 'events'
local held = redis.call('HMGET', job_key(id), 'state', 'stage', 'cell', 'cells', 'told')
if not held[1] then
  return nil
end

local function is_later(entry, other)
  local at, number = entry:match('^(%d+)-(%d+)$')
  local other_at, other_number = other:match('^(%d+)-(%d+)$')
  at, other_at = tonumber(at), tonumber(other_at)
  return at > other_at or (at == other_at and tonumber(number) > tonumber(other_number))
end

local function field(entry, name)
  for i = 1, #entry[2], 2 do
    if entry[2][i] == name then
      return entry[2][i + 1]
    end
  end
end

local function entries_after(last)
  local entries, at = {}, last
  while at and is_later(at, after) do
    local entry = redis.call('XRANGE', events, at, at)[1]
    if not entry then
      return nil
    end
    table.insert(entries, 1, entry)
    at = field(entry, 'before')
  end
  return entries
end

local last = held[5] or ''
local is_known = after ~= '' and last ~= '' and not is_later(after, last)
local entries = is_known and entries_after(last)
if entries then
  return entries
end
local kept = last ~= '' and redis.call('XRANGE', events, last, last)[1]
if kept then
  return {kept}
end
local fields = {'state', held[1], 'stage', held[2]}
append(fields, 'cell', held[3])
append(fields, 'cells', held[4])
return {{last, fields}}
