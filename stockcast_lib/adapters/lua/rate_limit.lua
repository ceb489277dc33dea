-- Takes a token out of a caller's bucket; gives the microseconds until there is one, 0 if there was.
-- The bucket is kept as the moment at which it will be full: it fills by itself.
-- KEYS: the bucket. ARGV: how many tokens it holds, microseconds in which one comes.
local each = tonumber(ARGV[2])
local empty = tonumber(ARGV[1]) * each
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full_at = tonumber(redis.call('GET', KEYS[1]) or now)
-- Never emptier than empty, should the clock have been set back.
full_at = math.min(math.max(full_at, now), now + empty) + each
local wait = full_at - now - empty
if wait > 0 then
  return wait
end
redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil((full_at - now) / 1000))
return 0
