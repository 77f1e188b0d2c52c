-- ARGV: flow id or '', most that may wait, frames of entries, each followed by name, unmet edges, parents, dependents.
local flow = ARGV[1]
local E = base .. 'e:' .. flow
local names, n = {}, 0
if flow ~= '' and call('EXISTS', E) == 1 then
  local nodes = tonumber(call('HGET', E, 'z'))
  for i = 0, nodes - 1 do
    names[#names + 1] = call('HGET', E, 'n' .. i)
    names[#names + 1] = call('HGET', E, 'i' .. i)
  end
  return { 'exists', flow, names }
end
local items, at = {}, 1
while at <= #ARGV[3] do
  local item = {}
  item[1], item[2], item[3], item[4], item[5], at = read('>BBdBc0I4c0', ARGV[3], at)
  if item[1] % 4 >= 2 then item[6], item[7], item[8], at = read('>Bdd', ARGV[3], at) end
  item.name, item.parents, item.next, at = read('>Bc0I4c0I4c0', ARGV[3], at)
  items[#items + 1] = item
end
local asked, askers = {}, {}
for _, item in ipairs(items) do
  if item[4] ~= '' then asked[#asked + 1], askers[#askers + 1] = item[4], item end
end
for i, rec in ipairs(#asked > 0 and call('HMGET', J, unpack(asked)) or {}) do
  if rec then return { 'taken', askers[i].name, { asked[i] } } end
end
local room = tonumber(ARGV[2])
if room >= 0 and waitingCount() + #items > room then return { 'full', flow, {} } end
if flow == '' then
  flow = nextId(shard)
  E = base .. 'e:' .. flow
end
local fields, blocked = { 'z', #items, 'c', #items }, {}
for i, item in ipairs(items) do
  local flags, lane, time, id, tail = unpack(item)
  local where = write('>Bc0I2Bc0', #flow, flow, i - 1, #item.name, item.name)
  -- The place in the flow stands behind what scripts read before it.
  local from = 1
  if flags % 8 >= 4 then from = from + 8 end
  if flags % 2 >= 1 then from = from + 1 + byte(tail, from) end
  if flags % 4 >= 2 then from = from + 1 + byte(tail, from) end
  tail = sub(tail, 1, from - 1) .. where .. sub(tail, from)
  flags = flags % 16 + 8 + flags - flags % 16
  if id == '' then id = nextId(shard) end
  item.id = id
  if #item.parents > 0 then
    put[#put + 1] = id
    put[#put + 1] = record(flags, lane, dueOf(flags, time), tail)
    note('a', id, put[#put])
    blocked[#blocked + 1] = id
    local own = write('>Bd', flags, time)
    blocked[#blocked + 1] = own .. item.parents
    if flags % 64 >= 16 then item.own = own end
    if flags % 8 >= 4 then call('ZADD', base .. 'ex', inOrder(now + read('>d', tail)), id) end
  else
    insert(id, flags, lane, time, tail)
  end
  for name, value in pairs({ i = id, n = item.name, p = item.parents, d = item.next, t = item.own }) do
    fields[#fields + 1] = name .. (i - 1)
    fields[#fields + 1] = value
  end
  names[#names + 1] = item.name
  names[#names + 1] = id
end
many('HSET', E, fields)
many('HSET', B, blocked)
saveNew()
place()
saveKeys()
save('e', 1)
wakeForNew()
return { 'added', flow, names }
