-- Delete a value, but only the one that is meant: another may have taken its place meanwhile. Safe to repeat.
-- Called by shared_state.SharedState.drop and .release.
--
-- KEYS  1 any string
-- ARGV  1 the value that is meant
-- Answers 1 where it was deleted, 0 where it was not there.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
