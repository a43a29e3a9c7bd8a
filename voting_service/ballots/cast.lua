-- Cast one ballot: every rule, every limit and the write itself, all or nothing, in one round trip.
-- Time is Redis's own (TIME); days and hours are local by the offset given. Called by ballot_box.BallotBox.cast.
--
-- KEYS  1 meta     hash: epoch, state, seq, opens_ms, closes_ms, from_min, to_min, min, max,
--                  per_day, in_total, same_day (0 = no limit), categories ("min:max,min:max", 0 = none),
--                  policy (version of the gate's policy; none = 0)
--       2 roster   hash: candidate number -> index of its category, from 1; 0 = none; - = has left
--       3 voters   hash: voter tag -> "day:today:total:3,7" (choices of that day)
--       4 counts   hash: candidate number -> provisional count
--       5 stream   ballots waiting to be recorded
--       6 ballot   string of this ballot id: "cast_ms:held:tag:3,7"; expires only once it is recorded
--       7 spent    set when the challenge of this nonce is used; lives as long as a challenge does
--       8 …        one counter per budget
-- ARGV  1 ballot id   2 voter tag   3 choices "3,7" (distinct, ascending)   4 channel   5 held "0"|"1"
--       6 form expires at, ms   7 UTC offset, s   8 evidence, sealed   9 version of the policy that judged
--       10 the gate's word "allow"|"challenge"|"deny"   11 bits of the challenge that was solved; 0 = none
--       12 hold in place of a challenge "0"|"1"   13 bits of a challenge for this attempt   14 bits of the hardest
--       15 ballots that this voter's identity may cast in all, whatever the rules allow; 0 = as the rules say
--       16 … limit, window (s) and kind of each counter: 1 counts tries and refuses, 2 counts ballots and refuses,
--            3 counts ballots and asks for a challenge, 4 likewise but for voters who cast one on an earlier day,
--            5 counts ballots held in place of a challenge and refuses
--
-- Answers {outcome, cast_ms, left today, left in total, next_ms, choices, held}; -1 = unlimited, next_ms 0 = never.
--       cast | again           the ballot is in the box (again: it was already; nothing changed)
--       already_cast           a limit is reached; detail in place 6: day, total, or the candidate number
--       not_open               place 6: early, resting or closed
--       invalid_choices        place 6: few, many, unknown:N, left:N, category_few:I, category_many:I
--       challenge_required     place 6: its bits, one more for each doubling of the fullest budget; nothing else is amiss
--       stale_policy           place 6: the version that holds
--       denied                 as the gate's word was
--       form_expired | foreign_ballot | too_many_attempts (cast_ms = now, next_ms = when to try again)
--       box_lost | box_refused the box is missing, or must not be used until it is rebuilt

local meta = redis.call('HMGET', KEYS[1], 'state', 'opens_ms', 'closes_ms', 'from_min', 'to_min', 'min', 'max',
  'per_day', 'in_total', 'same_day', 'categories', 'policy')
local state = meta[1]
if not state then return {'box_lost'} end
if state ~= 'open' and state ~= 'sealed' then return {'box_refused'} end
local opens_ms, closes_ms = tonumber(meta[2]), tonumber(meta[3])
local from_min, to_min = tonumber(meta[4]), tonumber(meta[5])
local per_day, in_total, same_day = tonumber(meta[8]), tonumber(meta[9]), tonumber(meta[10])
local by_identity = tonumber(ARGV[15])
if by_identity > 0 and (in_total == 0 or by_identity < in_total) then in_total = by_identity end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local offset = tonumber(ARGV[7])
local function minute_of(ms) return math.floor((math.floor(ms / 1000) + offset) % 86400 / 60) end
local function day_of(ms) return math.floor((math.floor(ms / 1000) + offset) / 86400) end

-- The voter so far. Yesterday's choices and count are forgotten by the date alone: no clean-up job can be late.
-- A clock set back gives nobody a second ballot: a voter's day never runs backwards.
local tag, day, today, total, chosen, returning = ARGV[2], day_of(now), 0, 0, '', false
local voter = redis.call('HGET', KEYS[3], tag)
if voter then
  local d, n, t, c = voter:match('^(%d+):(%d+):(%d+):(.*)$')
  total, returning = tonumber(t), tonumber(d) < day
  if tonumber(d) >= day then day, today, chosen = tonumber(d), tonumber(n), c end
end
local function left(limit, used) if limit == 0 then return -1 end return math.max(limit - used, 0) end
local function day_start(which) return ((which * 86400) - offset + from_min * 60) * 1000 end
local function in_window(ms) if ms < closes_ms then return ms end return 0 end
local function first_opening(ms)
  local minute = minute_of(ms)
  if minute < from_min then ms = day_start(day_of(ms)) elseif minute >= to_min then ms = day_start(day_of(ms) + 1) end
  return in_window(ms)
end
local function next_ballot()
  if in_total > 0 and total >= in_total then return 0 end
  if per_day > 0 and today >= per_day then return in_window(day_start(day + 1)) end
  return first_opening(now)
end

local before = redis.call('GET', KEYS[6])
if before then
  local cast_ms, held, owner, choices = before:match('^(%d+):(%d):([^:]+):(.*)$')
  if owner ~= tag then return {'foreign_ballot'} end
  return {'again', tonumber(cast_ms), left(per_day, today), left(in_total, total), next_ballot(), choices, held}
end

if (meta[12] or '0') ~= ARGV[9] then return {'stale_policy', 0, 0, 0, 0, meta[12] or '0'} end

local function budget(i) return tonumber(ARGV[3 * i - 8]), tonumber(ARGV[3 * i - 7]), ARGV[3 * i - 6] end
local function too_many(key) return {'too_many_attempts', now, 0, 0, now + math.max(redis.call('PTTL', key), 1000)} end
local function count_up(key, window)
  local n = redis.call('INCR', key)
  if n == 1 then redis.call('EXPIRE', key, window) end
  return n
end
for i = 8, #KEYS do
  local limit, window, kind = budget(i)
  if kind == '1' and count_up(KEYS[i], window) > limit then return too_many(KEYS[i]) end
end

-- Denied only here: under a policy that has changed meanwhile it might not have been.
if ARGV[10] == 'deny' then return {'denied'} end
if now >= tonumber(ARGV[6]) then return {'form_expired'} end
if state == 'sealed' or now >= closes_ms then return {'not_open', 0, 0, 0, 0, 'closed'} end
if now < opens_ms then return {'not_open', 0, 0, 0, first_opening(opens_ms), 'early'} end
if minute_of(now) < from_min or minute_of(now) >= to_min then
  return {'not_open', 0, 0, 0, first_opening(now), 'resting'}
end

local numbers = {}
for number in ARGV[3]:gmatch('%d+') do numbers[#numbers + 1] = number end
if #numbers < tonumber(meta[6]) or #numbers == 0 then return {'invalid_choices', 0, 0, 0, 0, 'few'} end
if #numbers > tonumber(meta[7]) then return {'invalid_choices', 0, 0, 0, 0, 'many'} end
local groups, in_group = redis.call('HMGET', KEYS[2], unpack(numbers)), {}
for i, number in ipairs(numbers) do
  local group = groups[i]
  if not group then return {'invalid_choices', 0, 0, 0, 0, 'unknown:' .. number} end
  if group == '-' then return {'invalid_choices', 0, 0, 0, 0, 'left:' .. number} end
  in_group[group] = (in_group[group] or 0) + 1
end
local index = 0
for min, max in meta[11]:gmatch('(%d+):(%d+)') do
  index = index + 1
  local n = in_group[tostring(index)] or 0
  if n < tonumber(min) then return {'invalid_choices', 0, 0, 0, 0, 'category_few:' .. index} end
  if tonumber(max) > 0 and n > tonumber(max) then return {'invalid_choices', 0, 0, 0, 0, 'category_many:' .. index} end
end

if in_total > 0 and total >= in_total then return {'already_cast', 0, 0, 0, 0, 'total'} end
if per_day > 0 and today >= per_day then
  return {'already_cast', 0, 0, left(in_total, total), next_ballot(), 'day'}
end
if same_day > 0 and chosen ~= '' then
  for _, number in ipairs(numbers) do
    local _, times = (',' .. chosen:gsub(',', ',,') .. ','):gsub(',' .. number .. ',', '')
    if times >= same_day then
      return {'already_cast', 0, left(per_day, today), left(in_total, total), in_window(day_start(day + 1)), number}
    end
  end
end

-- A challenge is asked only of a ballot that nothing else would refuse: nobody works in vain. Ballots are counted here,
-- with one call for each counter, and taken back where this one is not taken after all.
local asked, doublings, counted = ARGV[10] == 'challenge', 0, {}
local function uncount() for _, key in ipairs(counted) do redis.call('DECR', key) end end
local function refused_by(key)
  local answer = too_many(key)
  uncount()
  return answer
end
for i = 8, #KEYS do
  local limit, window, kind = budget(i)
  if kind == '2' or kind == '3' or (kind == '4' and not returning) then
    local ballots = count_up(KEYS[i], window)
    counted[#counted + 1] = KEYS[i]
    if ballots > limit and kind == '2' then return refused_by(KEYS[i]) end
    if ballots > limit then
      asked, doublings = true, math.max(doublings, math.floor(math.log((ballots - 1) / limit) / math.log(2)))
    end
  end
end
-- Two doublings are forgiven: the neighbours may have voted while this one's telephone worked, and nobody shall work
-- twice for that. No more, or challenges would be collected while they are easy and handed in when they are not.
local base, hardest = tonumber(ARGV[13]), tonumber(ARGV[14])
local bits = math.min(base + doublings, hardest)
local enough = asked and math.max(math.min(base, hardest), bits - 2) or 1
-- Solved before and spent is as good as not solved; a ballot refused further up has spent nothing.
local solved = tonumber(ARGV[11]) >= enough and redis.call('SET', KEYS[7], '1', 'NX', 'EX', 900)
local held = ARGV[5]
if asked and not solved then
  if ARGV[12] ~= '1' then
    uncount()
    return {'challenge_required', now, 0, 0, 0, tostring(bits)}
  end
  held = '1'
  for i = 8, #KEYS do
    local limit, window, kind = budget(i)
    if kind == '5' and count_up(KEYS[i], window) > limit then
      counted[#counted + 1] = KEYS[i]
      return refused_by(KEYS[i])
    end
  end
end

-- Nothing below may fail or refuse: Redis does not roll back.
today, total = today + 1, total + 1
chosen = chosen == '' and ARGV[3] or chosen .. ',' .. ARGV[3]
local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
redis.call('HSET', KEYS[3], tag, day .. ':' .. today .. ':' .. total .. ':' .. chosen)
if held == '1' then
  redis.call('HINCRBY', KEYS[1], 'held', 1)
else
  redis.call('HINCRBY', KEYS[1], 'counted', 1)
  for _, number in ipairs(numbers) do redis.call('HINCRBY', KEYS[4], number, 1) end
end
redis.call('SET', KEYS[6], now .. ':' .. held .. ':' .. tag .. ':' .. ARGV[3])
redis.call('XADD', KEYS[5], '*', 'b', ARGV[1], 'n', seq, 't', now, 'v', tag, 'c', ARGV[3], 'w', ARGV[4], 'h', held,
  'e', ARGV[6], 'r', voter and '1' or '0', 'x', ARGV[8])
return {'cast', now, left(per_day, today), left(in_total, total), next_ballot(), ARGV[3], held}
