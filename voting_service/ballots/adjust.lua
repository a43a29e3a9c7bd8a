-- Let the provisional counts follow one decision on ballots. Called by ballot_box.BallotBox.adjust; safe to repeat.
--
-- KEYS  1 meta     hash as in cast.lua; its field decisions = sequence number of the last decision that is in the counts
--       2 counts   hash as in cast.lua
-- ARGV  1 the epoch of the box that the ledger knows   2 sequence number of the decision, 1, 2, 3 …
--       3 counted ballots more or fewer                4 … candidate number, votes more or fewer
-- Answers adjusted   the counts have followed
--         again      they had already; nothing changed
--         too_early  an earlier decision is not in the counts yet; nothing changed
--         other_box  no box, or one of another epoch; nothing changed

local meta = redis.call('HMGET', KEYS[1], 'epoch', 'decisions')
if meta[1] ~= ARGV[1] then return 'other_box' end
local done, sequence = tonumber(meta[2] or 0), tonumber(ARGV[2])
if sequence <= done then return 'again' end
if sequence > done + 1 then return 'too_early' end
redis.call('HSET', KEYS[1], 'decisions', sequence)
redis.call('HINCRBY', KEYS[1], 'counted', ARGV[3])
for i = 4, #ARGV, 2 do redis.call('HINCRBY', KEYS[2], ARGV[i], ARGV[i + 1]) end
return 'adjusted'
