-- Where a queued job stands, as whoever claims next would find it.
-- ARGV: constants, job id
-- Gives {position, expected wait in seconds as a text or ''}, or nothing where it stands in no line.
local held = redis.call('HMGET', job_key(ARGV[2]), 'state', 'stage')
if held[1] ~= 'queued' then
  return nil
end
return_to_line(held[2])
local position = position_of(ARGV[2])
return position and {position, expected_wait(held[2], position) or ''}
