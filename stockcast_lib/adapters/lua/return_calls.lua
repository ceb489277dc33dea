-- Put leased calls that were not made back into a vendor's budget.
-- KEYS: the lease, then the counters that it was taken from
-- ARGV: calls
-- A repeated return finds no lease, and one after a window's end no counter: both do nothing.
if redis.call('DEL', KEYS[1]) == 1 then
  for window = 2, #KEYS do
    if redis.call('EXISTS', KEYS[window]) == 1 then
      redis.call('DECRBY', KEYS[window], ARGV[1])
    end
  end
end
