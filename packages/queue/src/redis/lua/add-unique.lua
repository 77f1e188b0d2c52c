-- An entry with a unique key: flags, lane, time, id, tail, mode (0 drop, 1 replace, 2 latest, 3 throttle, 4 debounce), ttl, longest
-- wait; -1 is none.

-- The holder carries these data now; what it is and where it stands stays.
local function carry(id, flags, tail, due)
  local rec = call('HGET', J, id)
  local own, _, _, _, _, at = parse(rec)
  if own % 16 >= 8 then
    local _, _, after = read('>Bc0I2', rec, at)
    _, at = read('>Bc0', rec, after)
  end
  local from = 1
  if flags % 8 >= 4 then from = from + 8 end
  if flags % 2 >= 1 then from = from + 1 + byte(tail, from) end
  if flags % 4 >= 2 then from = from + 1 + byte(tail, from) end
  rec = sub(rec, 1, at - 1) .. sub(tail, from)
  if due then rec = sub(rec, 1, 8) .. write('>d', due) .. sub(rec, 17) end
  call('HSET', J, id, rec)
  return rec
end

local function debounce(holder, where, x, item, first)
  local flags, tail, ttl, longest = item[1], item[5], item[7], item[8]
  local due = now + ttl
  if first >= 0 and first < due then due = first end
  local moves = where ~= 'blocked' and (due > now or where == 'delayed')
  local rec = carry(holder, flags, tail, moves and due)
  if not moves then return end
  local _, lane, _, key = parse(rec)
  if x then call('HSET', X, holder, with(x, 'D', write('>d', due))) end
  if where == 'waiting' then
    unplace(holder, lane, key)
    place()
  end
  if due > now then
    call('ZADD', S, dueScore(due), holder)
  else
    if where == 'delayed' then call('ZREM', S, holder) end
    wait(holder, lane, key)
  end
  place()
end

local function addUnique(item, shard, room, named)
  local flags, lane, time, id, tail, mode, ttl, longest = unpack(item)
  local at = flags % 8 >= 4 and 9 or 1
  if flags % 2 >= 1 then at = at + 1 + byte(tail, at) end
  local key = read('>Bc0', tail, at)
  -- The holder may be of this very request.
  saveNew()
  place()
  local holder, first = holderOf(key)
  if holder then
    -- A throttle may outlive its holder, and another job may have the id of one that is gone.
    local rec = call('HGET', J, holder)
    local where, x, _, own = 'gone', nil, nil, nil
    if rec then _, _, _, _, own = parse(rec) end
    if own == key then where, x = stateOf(holder) end
    local open = where == 'waiting' or where == 'delayed' or where == 'blocked'
    if mode == 4 and open then
      debounce(holder, where, x, item, first)
      return 'b', holder
    elseif (mode == 1 or mode == 2) and open then
      carry(holder, flags, tail)
      call('HDEL', UF, holder)
      return 'r', holder
    elseif mode == 2 and where == 'active' then
      call('HSET', UF, holder, write('>BBddBc0I4c0', flags, lane, time, ttl, #id, id, #tail, tail))
    end
    if mode ~= 4 or where ~= 'active' then return 'd', holder end
  end
  if room == 0 then return 'f', id end
  if id == '' then id = nextId(shard) else named[id] = true end
  if mode == 4 then
    flags, time = flags - flags % 64 + flags % 16 + 16, longest >= 0 and longest < ttl and longest or ttl
  end
  insert(id, flags, lane, time, tail)
  holdUnique(key, id, mode ~= 4 and ttl >= 0 and now + ttl or -1, mode == 3, longest >= 0 and now + longest or -1)
  return 'a', id
end
