-- Takes from lanes: ids as they are, `@key` is the turn of a key and gives the head of its list.
local taken = {}
-- When the last rate of a key that was counted here is over.
local ratesOver = 0

local function headOf(key)
  local k = keyOf(key)
  k.turn, k.changed = 0, true
  local entry = call('LPOP', base .. 'g:' .. key)
  if not entry then return end
  if keyRateMax >= 0 then
    local _, tat = allowance(call('ZSCORE', GR, key), keyRateMax, keyRatePer, keyRateBurst)
    local over = (tat + keyRatePer) / keyRateMax
    call('ZADD', GR, over, key)
    if over > ratesOver then ratesOver = over end
  end
  k.live = k.live + 1
  if k.live < keyMost then settleTurn(key, k) end
  return sub(entry, 2)
end

local function pull(lane, need)
  local list, before = KEYS[lane + 2], #taken
  while need > 0 do
    local entries = call('LPOP', list, need)
    if not entries then break end
    local turns = {}
    for _, entry in ipairs(entries) do
      if byte(entry) == 64 then turns[#turns + 1] = sub(entry, 2) end
    end
    loadKeys(turns)
    for _, entry in ipairs(entries) do
      local mark = byte(entry)
      if mark == 64 then entry = headOf(sub(entry, 2)) elseif mark == 1 then entry = sub(entry, 2) end
      if entry then
        taken[#taken + 1] = entry
        need = need - 1
      end
    end
  end
  return #taken - before
end

-- Jobs without key, to be started later, up to the first turn.
local function pullAhead(lane, need)
  local list = KEYS[lane + 2]
  local head = call('LINDEX', list, 0)
  if not head or byte(head) == 64 then return end
  local n = 0
  for _, entry in ipairs(call('LRANGE', list, 0, need - 1)) do
    local mark = byte(entry)
    if mark == 64 then break end
    n = n + 1
    taken[#taken + 1] = mark == 1 and sub(entry, 2) or entry
  end
  call('LTRIM', list, n, -1)
end

-- Rates of keys that are over say nothing; and when nobody looks any more, all of them go a minute after the last one is over.
local function keepRates()
  if keyRateMax < 0 then return end
  call('ZREMRANGEBYSCORE', GR, '-inf', now - EPOCH)
  local left = math.ceil(ratesOver + EPOCH - now) + 60000
  if ratesOver > 0 and call('PTTL', GR) < left then call('PEXPIRE', GR, left) end
end
