-- Takes a job that is not active and not settled out of where it is.
local function takeOut(id, where, rec, x)
  local _, lane, _, key = parse(rec)
  local holds = x and byte(x) % 8 >= 4
  if where == 'delayed' then
    call('ZREM', S, id)
  elseif where == 'blocked' then
    call('HDEL', base .. 'b', id)
  else
    unplace(id, lane, key)
  end
  if key and holds then unhold(key) end
end
