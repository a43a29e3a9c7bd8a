-- These candidates have left: no ballot may name them from now on. Called by ballot_box.BallotBox.depart; safe to repeat.
--
-- KEYS  1 meta     hash as in cast.lua; its field departures = how many candidates the box knows to have left
--       2 roster   hash as in cast.lua
-- ARGV  the number of everyone who has left
-- Nobody comes back: whoever tells of fewer than the box knows already takes nothing away. Where there is no box none is made.

local meta = redis.call('HMGET', KEYS[1], 'state', 'departures')
if not meta[1] then return 'OK' end
for _, number in ipairs(ARGV) do redis.call('HSET', KEYS[2], number, '-') end
if #ARGV > tonumber(meta[2] or '0') then redis.call('HSET', KEYS[1], 'departures', #ARGV) end
return 'OK'
