-- Writes the policy that is given and differs. ARGV: 14 numbers as doubles: leases of the queue, its rate (3), leases of a key,
-- whether a key waits for its failed head, rate of a key (3), done kept (count, age), dead kept (count, age), length of the event
-- stream; -1 is none, -2 leaves what is. Then the place of the shard, and how many done and how many dead jobs it keeps where
-- nobody has ever said. The place of the first of each that has changed is answered.
local keptDone, keptDead = tonumber(ARGV[3] or 1000), tonumber(ARGV[4] or 10000)
local defaults = { -1, -1, -1, -1, 1, 1, -1, -1, -1, keptDone, 3600000, keptDead, 1209600000, -1 }
local old = call('HGET', M, 'o')
local has = old and { read('>dddddddddddddd', old) } or defaults
local given = { read('>dddddddddddddd', ARGV[1]) }
local changed, next = {}, {}
for i = 1, 14 do
  next[i] = given[i] == -2 and has[i] or given[i]
  if next[i] ~= has[i] then changed[#changed + 1] = i end
end
call('HSET', M, 'o', write('>dddddddddddddd', unpack(next, 1, 14)), 'i', ARGV[2])
if #changed > 0 then call('HDEL', M, 'r') end
-- A faster rate holds at once.
local kept, seen = unpack(call('HMGET', M, 'v', 't'))
if kept and next[2] >= 0 then
  local time = call('TIME')
  local latest = latestArrival(math.max(time[1] * 1000 + floor(time[2] / 1000), tonumber(seen or 0)), next[2], next[3], next[4])
  if tonumber(kept) > latest then call('HSET', M, 'v', latest) end
end
return { old and 1 or 0, changed }
