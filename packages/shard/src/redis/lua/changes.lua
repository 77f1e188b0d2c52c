-- Takes marks in hand, besides those that are in hand already and were not acknowledged.
-- KEYS      guard; marks, those in hand, their name
-- ARGV      partition; move; how many
-- returns   their name and the keys; an empty list when there are none, or nothing is captured
local lasting = false
for _, one in ipairs(captures(KEYS[1], ARGV[1])) do lasting = lasting or (one.move == ARGV[2] and not one.till) end
if not lasting then return {} end
local function put(into, keys)
  for i = 1, #keys, 1000 do redis.call('SADD', into, unpack(keys, i, math.min(i + 999, #keys))) end
end
local held, limit, other = redis.call('SCARD', KEYS[3]), tonumber(ARGV[3]), false
if held < limit then
  local keys = redis.call('SPOP', KEYS[2], limit - held)
  put(KEYS[3], keys)
  other = #keys > 0
elseif held > limit then
  -- Taken by somebody who takes more at a time: the rest waits with the others.
  put(KEYS[2], redis.call('SPOP', KEYS[3], held - limit))
  other = true
end
if held == 0 and not other then return {} end
local name = redis.call('GET', KEYS[4])
if other or not name then
  local time = redis.call('TIME')
  name = time[1] .. '.' .. time[2]
  redis.call('SET', KEYS[4], name)
end
return { name, redis.call('SMEMBERS', KEYS[3]) }
