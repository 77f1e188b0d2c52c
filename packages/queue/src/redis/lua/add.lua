-- ADD. ARGV: request, how long it is remembered in ms, most that may wait (-1: any number), frames, 1 where all of them are plain,
-- an idle worker whose step comes right behind, or nothing, and the number of that step.
-- Answers, and remembers, one letter and id per frame: a added, e exists, d duplicate, r replaced, b debounced, f full.
local request = base .. 'q:' .. ARGV[1]
local known = call('GET', request)
if known then return { known, now } end

local frames, room = ARGV[4], tonumber(ARGV[3])
if room >= 0 then room = math.max(0, room - waitingCount()) end
local answers, own, asked, n, at, size = {}, {}, {}, 0, 1, #frames
local items, addUnique, forgetEnded, timed = {}, nil, nil, 0
while at <= size do
  local item = {}
  if ARGV[5] == '1' then
    item[1], item[3], item[4] = 0, 0, ''
    item[2], item[5], at = read('>BI4c0', frames, at)
  else
    item[1], item[2], item[3], item[4], item[5], at = read('>BBdBc0I4c0', frames, at)
  end
  if item[1] % 4 >= 2 then item[6], item[7], item[8], at = read('>Bdd', frames, at) end
  n = n + 1
  items[n] = item
  if item[4] ~= '' then asked[#asked + 1] = item[4] end
end
if #asked > 0 then
  for i, rec in ipairs(call('HMGET', J, unpack(asked))) do if rec then own[asked[i]] = true end end
end
local names = {}
for i = 1, n do
  local item = items[i]
  local flags = item[1]
  if flags % 2 == 1 then
    item.key = read('>Bc0', item[5], flags % 8 >= 4 and 9 or 1)
    names[#names + 1] = item.key
  end
end
loadKeys(names)
local first = call('ZRANGE', S, 0, 0, 'WITHSCORES')[2]
-- What is due became waiting before what comes now.
if first and tonumber(first) <= now then
  promote(500, 100)
  place()
  saveBits()
end
local wakes = false
for i = 1, n do
  local item = items[i]
  local flags, id = item[1], item[4]
  local outcome = 'a'
  if id ~= '' and own[id] then
    outcome = 'e'
  elseif flags % 4 >= 2 then
    if not addUnique then addUnique, forgetEnded = group() end
    if item[7] >= 0 then timed = timed + 1 end
    outcome, id = addUnique(item, shard, room, own)
  elseif room == 0 then
    outcome = 'f'
  else
    if id == '' then id = nextId(shard) else own[id] = true end
    insert(id, flags, item[2], item[3], item[5])
  end
  if outcome == 'a' and room > 0 then room = room - 1 end
  if outcome ~= 'e' and outcome ~= 'f' and outcome ~= 'd' then wakes = true end
  answers[i] = outcome .. string.char(#id) .. id
end
if timed > 0 then forgetEnded(math.min(2 * timed, 1000)) end
saveNew()
local waits = #line > 0
place()
saveKeys()
local answer = table.concat(answers)
call('SET', request, answer, 'PX', ARGV[2])
save()
if wakes then
  -- Somebody for what waits, or to look earlier than idle workers were told.
  if waits or call('ZRANGE', S, 0, 0, 'WITHSCORES')[2] ~= first or anyWaits() then wakeBehind(ARGV[6], ARGV[7]) end
end
return { answer, now }
