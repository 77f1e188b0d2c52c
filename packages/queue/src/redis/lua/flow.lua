-- Flows: the hash `e:<flow>` has per node its id `i`, name `n`, dependents `d`, parents `p`, its own time `t` where it has one and,
-- once it has settled, its outcome `s`; `c` counts the nodes that still have a record. `b` has per blocked job its own time and the
-- edges that are not met, as in `p`.
local B = base .. 'b'

local function nodeOf(rec)
  local _, _, _, _, _, at = parse(rec)
  local flow, node = read('>Bc0I2', rec, at)
  return base .. 'e:' .. flow, node
end

local function unblock(id, flags, time)
  local rec = call('HGET', J, id)
  local due = dueOf(flags, time)
  local own, lane, expiry, key = parse(rec)
  rec = sub(rec, 1, 8) .. write('>d', due) .. sub(rec, 17)
  call('HSET', J, id, rec)
  if expiry and expiry <= now then
    local bits = with(call('HGET', X, id) or FRESH, 'X', 'expired')
    if finish('f', id, rec, bits, 'expired') then call('HSET', X, id, bits) end
    return
  end
  if expiry then call('ZADD', base .. 'ex', inOrder(expiry), id) end
  if due > now then call('ZADD', S, dueScore(due), id) else wait(id, lane, key) end
end

-- Tells those that come after a node that it ended so.
local function spread(E, node, kind)
  local next = call('HGET', E, 'd' .. node)
  if not next then return end
  for at = 1, #next, 3 do
    local to, success = read('>I2B', next, at)
    local other = call('HGET', E, 'i' .. to)
    local blocked = call('HGET', B, other)
    if blocked then
      local flags, time, from = read('>Bd', blocked)
      local edge = 0
      while from < #blocked and edge == 0 do
        if read('>I2', blocked, from) == node then edge = from end
        from = from + 3
      end
      if edge == 0 then
        -- Met before, by an earlier end of this node.
      elseif success == 1 and kind ~= 'd' then
        call('HDEL', B, other)
        local bits = with(call('HGET', X, other) or FRESH, 'X', 'dependency')
        if finish('f', other, call('HGET', J, other), bits, 'dependency') then call('HSET', X, other, bits) end
      elseif #blocked > 12 then
        call('HSET', B, other, sub(blocked, 1, edge - 1) .. sub(blocked, edge + 3))
      else
        call('HDEL', B, other)
        unblock(other, flags, time)
      end
    end
  end
end

local function passOn(kind, id, rec, x, reason)
  local E, node = nodeOf(rec)
  local payload = x and kind ~= 'c' and part(x, kind == 'd' and 'R' or 'E')
  call('HSET', E, 's' .. node, write('>c1BI4c0', kind, payload and 1 or 0, #(payload or ''), payload or '') .. (reason or ''))
  spread(E, node, kind)
end

-- What is gone can meet no edge any more.
local function leaveFlows(ids)
  for _, rec in ipairs(call('HMGET', J, unpack(ids))) do
    if rec and byte(rec, 17) % 16 >= 8 then
      local E, node = nodeOf(rec)
      local outcome = call('HGET', E, 's' .. node)
      if outcome then spread(E, node, sub(outcome, 1, 1)) end
      if call('HINCRBY', E, 'c', -1) <= 0 then call('UNLINK', E) end
    end
  end
end

-- The edges into a node that are not met: of a success edge only a done parent will do.
local function unmetEdges(rec)
  local E, node = nodeOf(rec)
  local parents, unmet = call('HGET', E, 'p' .. node) or '', ''
  for at = 1, #parents, 3 do
    local from, success = read('>I2B', parents, at)
    local outcome = call('HGET', E, 's' .. from)
    if not outcome or (success == 1 and sub(outcome, 1, 1) ~= 'd') then unmet = unmet .. sub(parents, at, at + 2) end
  end
  return unmet, E, node
end
