-- Where a job is, from the structures that decide it; `waiting` is what is in none of them. With its bits.
local function stateOf(id)
  local x = call('HGET', X, id) or nil
  if call('ZSCORE', S, id) then return 'delayed', x end
  if call('HEXISTS', base .. 'b', id) == 1 then return 'blocked', x end
  if x and call('ZSCORE', A, id .. ':' .. format('%d', (read('>d', x, 14)))) then return 'active', x end
  if call('ZSCORE', base .. 'd', id) then return 'done', x end
  if call('ZSCORE', base .. 'f', id) then return 'dead', x end
  if call('ZSCORE', base .. 'c', id) then return 'cancelled', x end
  return 'waiting', x
end
