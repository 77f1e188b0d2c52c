-- ARGV: ids. Answers per id, or nothing where there is none: state, due or end of it, record, bits, lines.
local found = {}
for i, id in ipairs(ARGV) do
  local rec = call('HGET', J, id)
  if rec then
    local where, x = stateOf(id)
    x = x or call('HGET', X, id)
    local lines = x and floor(byte(x) / 16) % 2 == 1 and call('LRANGE', base .. 'l:' .. id, 0, -1) or {}
    local at = where == 'delayed' and call('ZSCORE', S, id)
      or where == 'done' and call('ZSCORE', base .. 'd', id)
      or where == 'dead' and call('ZSCORE', base .. 'f', id)
      or where == 'cancelled' and call('ZSCORE', base .. 'c', id)
    found[i] = { where, at or false, rec, x or false, lines }
  else
    found[i] = false
  end
end
return found
