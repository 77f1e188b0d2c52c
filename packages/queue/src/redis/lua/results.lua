-- ARGV: process, ids. Answers per id how it ended (kind, payload, words), missing, or nothing: then the process is told when it does.
local found = {}
for i = 2, #ARGV do
  local id, answer = ARGV[i], false
  if call('HEXISTS', J, id) == 0 then
    answer = { 'm' }
  else
    local where, x = stateOf(id)
    x = x or call('HGET', X, id)
    if where == 'done' then
      answer = { 'd', x and part(x, 'R') or false, false }
    elseif where == 'dead' or where == 'cancelled' then
      answer = { where == 'dead' and 'f' or 'c', x and part(x, 'E') or false, x and part(x, 'X') or false }
    else
      local who = call('HGET', base .. 'r', id) or ''
      if not string.find(who, ARGV[1], 1, true) then call('HSET', base .. 'r', id, who .. ARGV[1]) end
    end
  end
  found[i - 1] = answer
end
return found
