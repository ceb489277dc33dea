-- Make a manifest the current one, unless a later one is; manifests' keys sort by time.
-- KEYS: current prices, or a current model or challenge
-- ARGV: manifest key, manifest, lifetime in seconds
local held = redis.call('HGET', KEYS[1], 'key')
if not held or held < ARGV[1] then
  redis.call('HSET', KEYS[1], 'key', ARGV[1], 'manifest', ARGV[2])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
