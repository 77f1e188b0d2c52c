-- What waits, lane by lane, each turn with the jobs of its key, then keys without a turn. ARGV: place (lane, entry, job of the entry),
-- how many. Answers ids and the place to go on from, '' at the end.
local lane, entry, job = string.match(ARGV[1], '^(%d+) (%d+) (%d+)$')
lane, entry, job = tonumber(lane or 2), tonumber(entry or 0), tonumber(job or 0)
local count, ids = tonumber(ARGV[2]), {}
local function jobsOf(key)
  local found = call('LRANGE', base .. 'g:' .. key, job, job + count - #ids)
  for _, each in ipairs(found) do
    if #ids == count then return false end
    ids[#ids + 1] = sub(each, 2)
    job = job + 1
  end
  job = 0
  return true
end
local function go(list)
  while #ids < count do
    local found = list(entry, entry + count - #ids - 1)
    if #found == 0 then
      lane, entry = lane + 1, 0
      return
    end
    for _, each in ipairs(found) do
      if byte(each) ~= 64 then
        ids[#ids + 1] = byte(each) == 1 and sub(each, 2) or each
      elseif not jobsOf(sub(each, 2)) then
        return
      end
      entry = entry + 1
      if #ids == count then return end
    end
  end
end
while lane <= #KEYS and #ids < count do
  local list = KEYS[lane]
  go(function(from, to) return call('LRANGE', list, from, to) end)
end
if lane > #KEYS and #ids < count then
  local names, all = {}, call('HGETALL', GA)
  for i = 1, #all, 2 do if tonumber(all[i + 1]) % 16 == 0 then names[#names + 1] = '@' .. all[i] end end
  table.sort(names)
  go(function(from, to) return { unpack(names, from + 1, math.min(to + 1, #names)) } end)
end
local over = #ids < count
return { ids, over and '' or table.concat({ lane, entry, job }, ' ') }
