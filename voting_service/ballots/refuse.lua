-- Take no ballots until the box is rebuilt. Called by ballot_box.BallotBox.refuse; safe to repeat.
--
-- KEYS  1 meta     hash as in cast.lua
-- ARGV  1 the epoch of the box that was found wanting
-- Another epoch's box has come in its place since, and was not judged. A prepared one takes no ballots anyway: it is
-- being rebuilt, and a mark on it would outlive the rebuilding.

local meta = redis.call('HMGET', KEYS[1], 'epoch', 'state')
if meta[1] == ARGV[1] and meta[2] ~= 'prepared' then redis.call('HSET', KEYS[1], 'state', 'refused') end
return 'OK'
