-- ARGV: process, the flow of which these are nodes or '', ids. Answers per id how it ended (kind, payload, words), missing, or nothing:
-- then the process is told when it does.
local found, outcomes, places = {}, {}, false

-- A flow tells of its nodes, whatever is kept of them; to one that is gone no job belongs.
local E = base .. 'e:' .. ARGV[2]
if ARGV[2] ~= '' then places = {} end
local nodes = places and tonumber(call('HGET', E, 'z') or 0) or 0
if nodes > 0 then
  local names, fields = {}, {}
  for node = 0, nodes - 1 do names[node + 1] = 'i' .. node end
  for at, id in ipairs(call('HMGET', E, unpack(names))) do places[id] = at - 1 end
  for i = 3, #ARGV do fields[i - 2] = 's' .. (places[ARGV[i]] or '') end
  outcomes = call('HMGET', E, unpack(fields))
end

for i = 3, #ARGV do
  local id, answer = ARGV[i], false
  local outcome = outcomes[i - 2]
  if outcome then
    local kind, has, payload, from = read('>c1BI4c0', outcome)
    answer = { kind, has == 1 and payload, from <= #outcome and sub(outcome, from) }
  elseif places and not places[id] or call('HEXISTS', J, id) == 0 then
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
  found[i - 2] = answer
end
return found
