-- Recounts every derived fact of the shard and names what does not agree. Reads everything: for tests and operators.
local wrong = {}
local function say(...) if #wrong < 100 then wrong[#wrong + 1] = table.concat({ ... }) end end
local recs, xs, at = {}, {}, {}
local function all(key)
  local found, list = {}, call('HGETALL', key)
  for i = 1, #list, 2 do found[list[i]] = list[i + 1] end
  return found
end
recs, xs = all(J), all(X)
local function stands(id, where)
  if not recs[id] then say(where, ' names ', id, ', which has no record') end
  if at[id] then say(id, ' is in ', at[id], ' and in ', where) end
  at[id] = where
end
local live, holds, waits, turns, heads = {}, {}, {}, {}, {}
for lane = 2, #KEYS do
  for _, entry in ipairs(call('LRANGE', KEYS[lane], 0, -1)) do
    if byte(entry) == 64 then
      local key = sub(entry, 2)
      if turns[key] then say('key ', key, ' has two turns') end
      turns[key] = lane - 1
    else
      stands(byte(entry) == 1 and sub(entry, 2) or entry, 'a lane')
    end
  end
end
local names = {}
for id, rec in pairs(recs) do
  local _, _, _, key = parse(rec)
  if key then names[key] = true end
end
for key in pairs(names) do
  local list = call('LRANGE', base .. 'g:' .. key, 0, -1)
  heads[key] = list[1] and byte(list[1]) - 96
  for _, entry in ipairs(list) do
    local id = sub(entry, 2)
    stands(id, 'a key')
    if recs[id] then
      local _, lane, _, own = parse(recs[id])
      if own ~= key or lane ~= byte(entry) - 97 then say(id, ' waits in a key or lane that is not its own') end
    end
  end
end
for _, place in ipairs({ { 's', 'delayed' }, { 'd', 'done' }, { 'f', 'dead' }, { 'c', 'cancelled' } }) do
  for _, id in ipairs(call('ZRANGE', base .. place[1], 0, -1)) do
    stands(id, place[2])
    local x = xs[id]
    if recs[id] and place[1] == 's' and x and byte(x) % 8 >= 4 then
      local _, _, _, key = parse(recs[id])
      if key then holds[key] = (holds[key] or 0) + 1 end
    end
  end
end
for _, member in ipairs(call('ZRANGE', A, 0, -1)) do
  local id, mark = string.match(member, '^(.*):(%d+)$')
  stands(id, 'leases')
  if xs[id] and string.format('%.0f', (read('>d', xs[id], 14))) ~= mark then say('the lease of ', id, ' is not its last') end
  local _, _, _, key
  if recs[id] then _, _, _, key = parse(recs[id]) end
  if key then live[key] = (live[key] or 0) + 1 end
end
local blocked = all(base .. 'b')
for id, value in pairs(blocked) do
  stands(id, 'blocked')
  if recs[id] then
    local _, _, _, _, _, from = parse(recs[id])
    local flow, node = read('>Bc0I2', recs[id], from)
    local E = base .. 'e:' .. flow
    for i = 10, #value, 3 do
      local parent, success = read('>I2B', value, i)
      local outcome = call('HGET', E, 's' .. parent)
      if outcome and (success == 0 or sub(outcome, 1, 1) == 'd') then say(id, ' waits for node ', parent, ', which has settled') end
    end
    if #value < 12 then say(id, ' is blocked by nothing') end
  end
end
local count = 0
for id in pairs(recs) do
  count = count + 1
  if not at[id] then say(id, ' is nowhere') end
end
for id in pairs(xs) do if not recs[id] then say('bits of ', id, ' are left') end end
local counted = all(GA)
for key in pairs(names) do counted[key] = counted[key] or '0' end
for key, n in pairs(counted) do
  n = tonumber(n)
  local turn, waiting, held, active = n % 16, floor(n / 16) % 2, floor(n / 32) % 1024, floor(n / 32768)
  if active ~= (live[key] or 0) then say('key ', key, ' counts ', active, ' leases, there are ', live[key] or 0) end
  if held ~= (holds[key] or 0) then say('key ', key, ' counts ', held, ' holds, there are ', holds[key] or 0) end
  if turn ~= (turns[key] or 0) then say('key ', key, ' notes turn ', turn, ', it has ', turns[key] or 0) end
  if (waiting == 1) ~= (call('ZSCORE', GT, key) and true or false) then say('key ', key, ' waits for its rate in one place only') end
  local due = heads[key] and active < keyMost and held == 0 and waiting == 0 and heads[key] or 0
  if turn ~= due then say('key ', key, ' has turn ', turn, ', should have ', due) end
end
for key in pairs(turns) do if not counted[key] then say('key ', key, ' has a turn and no jobs') end end
for key, value in pairs(all(base .. 'u')) do
  local id, ends = sub(value, 18), read('>d', value)
  local settled = at[id] == 'done' or at[id] == 'dead' or at[id] == 'cancelled' or not recs[id]
  if settled and byte(value, 17) == 0 and not (ends >= 0 and ends <= now) then say('unique key ', key, ' points at ', id, ', which has settled') end
end
local total = call('HMGET', M, 'A', 'R')
if tonumber(total[1] or 0) ~= count + tonumber(total[2] or 0) then
  say('added ', total[1] or 0, ' is not ', count, ' and removed ', total[2] or 0)
end
return wrong
