-- Begins a record, takes it over from an owner whose time is up, or says how it stands.
-- KEYS[1] the record: n attempt, f fence, p fingerprint, o owner and u its time in microseconds while it runs, r the
--         result, l where that is lost
-- ARGV[1] owner, ARGV[2] its time in ms, ARGV[3] life of the record in ms, ARGV[4] 1: do not take it over
-- ARGV[5] '=' and the fingerprint, or ''
-- returns {state, ...}
local key, now = KEYS[1], micros()
local attempt, fence, print, owner, till, result, lost = unpack(call('HMGET', key, 'n', 'f', 'p', 'o', 'u', 'r', 'l'))
if ARGV[5] ~= '' and print and print ~= ARGV[5] then return { 'mismatch' } end
if result then return { 'done', result } end
if lost then return { 'lost' } end
local left = tonumber(till or 0) - now
if owner and owner ~= ARGV[1] then
  if left > 0 then return { 'busy', math.ceil(left / 1000) } end
  if ARGV[4] == '1' then return { 'crashed' } end
end
if owner ~= ARGV[1] then
  attempt, fence = (attempt or 0) + 1, following(fence, now)
  call('HSET', key, 'n', attempt, 'f', fence)
end
call('HSET', key, 'o', ARGV[1], 'u', string.format('%.0f', now + ARGV[2] * 1000))
if ARGV[5] ~= '' then call('HSET', key, 'p', ARGV[5]) end
call('PEXPIRE', key, max(tonumber(ARGV[3]), tonumber(ARGV[2])))
return { 'run', tonumber(attempt), fence }
