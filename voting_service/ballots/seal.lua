-- Seal the box: from this instant on nothing more goes in. Called by ballot_box.BallotBox.seal; safe to repeat.
--
-- KEYS  1 meta     hash as in cast.lua; gains sealed_ms
-- ARGV  1 "due": only once closes_ms has come; "now": at once
-- Answers {sealed_ms, seq}; {0, seq} where it is not due yet; {} where there is no box, or one that was refused.
-- The instant is closes_ms, or now where that is earlier.

local meta = redis.call('HMGET', KEYS[1], 'state', 'closes_ms', 'sealed_ms', 'seq')
if not meta[1] or meta[1] == 'refused' then return {} end
local seq = tonumber(meta[4])
if meta[3] then return {tonumber(meta[3]), seq} end
local time, closes_ms = redis.call('TIME'), tonumber(meta[2])
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] == 'due' and now < closes_ms then return {0, seq} end
local sealed_ms = math.min(now, closes_ms)
redis.call('HSET', KEYS[1], 'state', 'sealed', 'sealed_ms', sealed_ms)
return {sealed_ms, seq}
