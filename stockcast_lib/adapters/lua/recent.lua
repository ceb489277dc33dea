-- The jobs that were made last, newest first; those that are gone are left out.
-- ARGV: constants, the list, how many at most
-- Gives {id, the job's fields and values} for each.
local found = {}
for _, id in ipairs(redis.call('LRANGE', ARGV[2], 0, -1)) do
  if #found == tonumber(ARGV[3]) then
    break
  end
  local held = redis.call('HGETALL', job_key(id))
  if #held > 0 then
    found[#found + 1] = {id, held}
  end
end
return found
