-- Take calls to a vendor out of its budget: as many as are wanted, or as are left.
-- KEYS: the vendor's rest, the new lease, then one counter a window
-- ARGV: calls wanted, the lease's lifetime, then a limit and the seconds left for each window
-- Gives the calls granted, and if there are none, the seconds to wait and why the vendor rests.
local held = redis.call('GET', KEYS[2])
if held then
  return {tonumber(held), 0, ''}
end
local rest = redis.call('TTL', KEYS[1])
if rest > tonumber(ARGV[2]) then
  -- Nobody rests for longer than a lease lives: Redis's clock was put back.
  redis.call('DEL', KEYS[1])
elseif rest > 0 then
  return {0, rest, redis.call('GET', KEYS[1])}
end
local granted, wait = tonumber(ARGV[1]), 0
for window = 1, #KEYS - 2 do
  local limit, left = tonumber(ARGV[2 * window + 1]), tonumber(ARGV[2 * window + 2])
  local free = limit - tonumber(redis.call('GET', KEYS[window + 2]) or '0')
  granted = math.min(granted, free)
  if free <= 0 then
    wait = math.max(wait, left)
  end
end
if granted <= 0 then
  return {0, wait, ''}
end
redis.call('SET', KEYS[2], granted, 'EX', ARGV[2])
for window = 1, #KEYS - 2 do
  redis.call('INCRBY', KEYS[window + 2], granted)
  redis.call('EXPIRE', KEYS[window + 2], ARGV[2 * window + 2])
end
return {granted, 0, ''}
