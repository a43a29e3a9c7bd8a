-- Take up a login that was begun: the first to ask gets it, all others hear that it is used. All or nothing.
-- Called by shared_state.SharedState.use_login.
--
-- KEYS  1 login    string: "0" (begun) or "1" (used), then the note; expires
-- ARGV  1 how long, s, the note stays readable after the first use
-- Answers {note, "1" where this was the first use, else "0"}, or nothing where there is none or it has expired.

local login = redis.call('GET', KEYS[1])
if not login then return false end
local note = string.sub(login, 2)
if string.sub(login, 1, 1) ~= '0' then return {note, '0'} end
redis.call('SET', KEYS[1], '1' .. note, 'EX', ARGV[1])
return {note, '1'}
