-- The gate's policy of this version holds from now on. Called by ballot_box.BallotBox.adopt_policy; safe to repeat.
--
-- KEYS  1 meta     hash as in cast.lua
-- ARGV  1 version
-- An older version never takes a newer one's place, and where there is no box none is made.

local meta = redis.call('HMGET', KEYS[1], 'state', 'policy')
if meta[1] and tonumber(ARGV[1]) > tonumber(meta[2] or '0') then redis.call('HSET', KEYS[1], 'policy', ARGV[1]) end
return 'OK'
