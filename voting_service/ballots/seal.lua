-- Seal the box: from this instant on nothing more goes in. Called by ballot_box.BallotBox.seal; safe to repeat.
--
-- KEYS  1 meta   hash as in cast.lua; gains sealed_ms
-- Answers {sealed_ms, seq}, or {} where there is no box. The instant is closes_ms, or now where that is earlier.

local meta = redis.call('HMGET', KEYS[1], 'state', 'closes_ms', 'sealed_ms', 'seq')
if not meta[1] then return {} end
if meta[3] then return {tonumber(meta[3]), tonumber(meta[4])} end
local time = redis.call('TIME')
local sealed_ms = math.min(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(meta[2]))
redis.call('HSET', KEYS[1], 'state', 'sealed', 'sealed_ms', sealed_ms)
return {sealed_ms, tonumber(meta[4])}
