-- ARGV: what (s a d f c b), from, how many, reason, type. Answers ids and where to go on, -1 at the end.
local what, from, count = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local ids = {}
if what == 'b' then
  local all = call('HKEYS', base .. 'b')
  table.sort(all)
  for i = from + 1, math.min(#all, from + count) do ids[#ids + 1] = all[i] end
  return { ids, from + count >= #all and -1 or from + count }
end
-- Settled ones newest first; of leases the id alone.
local range = (what == 's' or what == 'a') and 'ZRANGE' or 'ZREVRANGE'
for _ = 1, 10 do
  local found = call(range, base .. what, from, from + count - #ids - 1)
  from = from + #found
  for _, id in ipairs(found) do
    if what == 'a' then id = string.match(id, '^(.*):') end
    local fits = true
    if ARGV[4] ~= '' then fits = part(call('HGET', X, id) or FRESH, 'X') == ARGV[4] end
    if fits and ARGV[5] ~= '' then fits = typeOf(call('HGET', J, id)) == ARGV[5] end
    if fits then ids[#ids + 1] = id end
  end
  if #found == 0 then return { ids, -1 } end
  if #ids >= count then break end
end
return { ids, from }
