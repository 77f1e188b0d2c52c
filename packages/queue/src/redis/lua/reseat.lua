-- After other limits: a faster rate of keys holds at once, then turns are given and taken back, a slice each. ARGV: cursor, nothing at
-- first. Answers the next cursor, 0 at the end.
local cursor = ARGV[1]
if cursor == '' then
  local latest = keyRateMax >= 0 and latestArrival(now, keyRateMax, keyRatePer, keyRateBurst)
  local slow = latest and call('ZRANGEBYSCORE', GR, format('(%.17g', latest), '+inf', 'LIMIT', '0', '500') or {}
  local scores = {}
  for i, key in ipairs(slow) do scores[2 * i - 1], scores[2 * i] = latest, key end
  many('ZADD', GR, scores)
  if #slow == 500 then return { '' } end
  cursor = '0'
end
local found = call('HSCAN', GA, cursor, 'COUNT', 100)
for i = 1, #found[2], 2 do touch(found[2][i]) end
settleLine()
saveKeys()
if found[1] == '0' then wakeAll() end
return { found[1] }
