-- Reads the value of a key, and leaves a fence where one is wanted.
-- KEYS[1] the value, KEYS[2] its fence
-- ARGV[1] 0: no fence; 1: a fence unless the value is fresh; 2: a fence in any case
-- ARGV[2] for how long a fence stands, in ms
-- ARGV[3] the version the reader has, or ''
-- ARGV[4] who asks for the lease, ARGV[5] for how long, in ms; both may be left out
-- returns {what, left, fence, held, grace}: what is the value, 1 where it has the version the reader has, or nil; left and grace
--         are ms, left is -3 where something else stands there; fence '' where none is given; held is the ms for which another has
--         the lease
local mode, known = ARGV[1], ARGV[3]
local value = pcall('GET', KEYS[1])
local left, grace = -2, 0
if type(value) == 'string' then
  left, grace = call('PTTL', KEYS[1]), graceOf(value)
elseif value then
  value, left = false, -3
end
local what = value
if value and known ~= '' and string.sub(value, 1, 16) == known then what = 1 end
if mode == '0' or mode == '1' and left > grace then return { what, left, '', 0, grace } end

local now, wanted = micros(), ARGV[4] or ''
local fence, last, till, owner = fenceAt(KEYS[2])
if owner ~= '' and till <= now then
  -- The time of the owner is up: whoever comes next has another fence.
  fence, owner = nil, ''
end
if wanted ~= '' and owner ~= '' and owner ~= wanted then
  return { what, left, '', math.ceil((till - now) / 1000), grace }
end
if not fence then
  last = following(max(last, versionOf(value)), now)
  fence = digits(last)
end
local stands = tonumber(ARGV[2])
if wanted ~= '' then
  till, owner = now + ARGV[5] * 1000, wanted
  stands = max(stands, tonumber(ARGV[5]))
elseif owner ~= '' then
  stands = max(stands, math.ceil((till - now) / 1000))
end
local done = pcall('SET', KEYS[2], stateOf(fence, last, till, owner), 'PX', digits(stands))
if done.err then
  -- Without memory there is no fence, and what is loaded is not stored.
  if not string.find(done.err, 'OOM', 1, true) then return done end
  fence = ''
end
return { what, left, fence, 0, grace }
