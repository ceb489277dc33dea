-- Take what can be taken once. Whoever has it may ask again, with the same receipt.
-- KEYS: what is taken
-- ARGV: a receipt of whoever takes it, lifetime in seconds
-- Gives whether it is theirs.
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then
  return 1
end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
