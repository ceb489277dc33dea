-- Forget a ticket whose job has gone on to the next stage.
-- ARGV: constants, stage, lane, entry
drop_ticket(ARGV[2], ARGV[3], ARGV[4])
