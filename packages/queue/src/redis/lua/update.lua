-- ARGV: id, data (0 stay, 1 none, 2 given), the data, lane or -1, delay or -1.
local id = ARGV[1]
local rec = call('HGET', J, id)
if not rec then return { 'missing' } end
local where, x = stateOf(id)
if where == 'active' then return { 'active' } end
if where == 'done' or where == 'dead' or where == 'cancelled' then return { 'settled' } end
local lane = tonumber(ARGV[4])
-- The lane that it has is no move: it keeps its place.
local moves = (lane >= 0 and lane ~= byte(rec, 18)) or ARGV[5] ~= '-1'
if moves and where == 'waiting' then
  takeOut(id, where, rec, x)
  -- A key that was left with nothing loses its turn, and has the next one at the end of its lane.
  place()
end
if ARGV[2] ~= '0' then
  local flags, _, _, _, _, at = parse(rec)
  if flags % 16 >= 8 then
    local _, _, after = read('>Bc0I2', rec, at)
    _, at = read('>Bc0', rec, after)
  end
  local own, from = byte(rec, at), at
  _, at = read('>Bc0', rec, at + 1)
  if own % 4 >= 2 then at = at + 8 end
  if own % 8 >= 4 then _, at = read('>I4c0', rec, at) end
  own = own - own % 2 + (ARGV[2] == '2' and 1 or 0)
  rec = sub(rec, 1, from - 1) .. string.char(own) .. sub(rec, from + 1, at - 1) .. ARGV[3]
end
if lane >= 0 then rec = sub(rec, 1, 17) .. string.char(lane) .. sub(rec, 19) end
local delay = tonumber(ARGV[5])
if delay >= 0 and where ~= 'blocked' then rec = sub(rec, 1, 8) .. write('>d', now + delay) .. sub(rec, 17) end
call('HSET', J, id, rec)
if where == 'blocked' and delay >= 0 then
  local blocked = call('HGET', B, id)
  if read('>B', blocked) % 64 < 32 then
    local E, node = nodeOf(rec)
    local own = write('>Bd', 16, delay)
    call('HSET', B, id, own .. sub(blocked, 10))
    call('HSET', E, 't' .. node, own)
  end
end
if moves and where ~= 'blocked' then
  local _, lane, _, key = parse(rec)
  local holds = x and byte(x) % 8 >= 4
  if delay >= 0 and x then
    x = with(x, 'D', write('>d', now + delay))
    call('HSET', X, id, x)
  end
  if where == 'delayed' and delay < 0 then
    moves = false
  elseif delay > 0 then
    call('ZADD', S, dueScore(now + delay), id)
  else
    if where == 'delayed' then call('ZREM', S, id) end
    if holds then
      unhold(key)
      call('HSET', X, id, unheld(x))
    end
    wait(id, lane, key, holds)
  end
end
saveAll()
save()
if anyWaits() or delay >= 0 then wakeOne() end
return { 'updated' }
