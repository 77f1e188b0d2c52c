-- What waits, and when it is worth to look again.
local function anyWaits()
  for i = 2, #KEYS do if call('LLEN', KEYS[i]) > 0 then return true end end
  return false
end

-- Everything that has a record, but for what is not waiting and not delayed.
local function waitingCount()
  local n = call('HLEN', J) - call('HLEN', base .. 'b')
  for kind in string.gmatch('adfc', '.') do n = n - call('ZCARD', base .. kind) end
  return n
end

local function nextDue()
  local due
  for _, key in ipairs(keyRateMax < 0 and { S, A } or { S, A, GT }) do
    local first = call('ZRANGE', key, '0', '0', 'WITHSCORES')[2]
    if first and (not due or tonumber(first) < due) then due = floor(tonumber(first)) end
  end
  return due or false
end

-- Those whose slot has come, and the earlier of `due` and the next slot.
local function dueSchedules(due)
  local HS = base .. 'hs'
  local names, found = call('ZRANGEBYSCORE', HS, '-inf', now, 'LIMIT', 0, 100), {}
  if #names > 0 then
    for i, value in ipairs(call('HMGET', base .. 'h', unpack(names))) do
      found[#found + 1] = names[i]
      found[#found + 1] = value
    end
  end
  local first = call('ZRANGE', HS, '0', '0', 'WITHSCORES')[2]
  if first and (not due or tonumber(first) < due) then due = tonumber(first) end
  return found, due
end
