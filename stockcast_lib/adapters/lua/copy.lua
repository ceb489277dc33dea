-- Every key below a prefix as it is at one moment, in Redis's own form.
-- KEYS: the prefix
-- ARGV: what keys that are left out begin with, behind the prefix
-- Gives {key, lifetime in ms or 0, content} for each.
local copied = {}
for _, key in ipairs(redis.call('KEYS', KEYS[1] .. '*')) do
  local wanted = true
  for _, beginning in ipairs(ARGV) do
    wanted = wanted and key:sub(#KEYS[1] + 1, #KEYS[1] + #beginning) ~= beginning
  end
  if wanted then
    local lifetime = math.max(0, redis.call('PTTL', key))
    copied[#copied + 1] = {key, lifetime, redis.call('DUMP', key)}
  end
end
return copied
