-- Keys: `ga` holds per key its live leases, its failed heads that are delayed, whether it waits for its rate, and the lane where it
-- has its turn (0: none). A key has at most one turn, an entry `@key` in the lane of its head.
-- What is to go to the back of lanes, in order: lane and id, or -1 and a key whose turn is to be looked at.
local keys, line = {}, {}
local outs = {}
local GR = base .. 'gr'

local function unpackKey(n)
  n = tonumber(n or 0)
  return { turn = n % 16, waits = floor(n / 16) % 2, holds = floor(n / 32) % 1024, live = floor(n / 32768) }
end

local function keyOf(key)
  local k = keys[key]
  if not k then
    k = unpackKey(call('HGET', GA, key))
    keys[key] = k
  end
  return k
end

-- Its turn is to be looked at again.
local function touch(key)
  local k = keyOf(key)
  if not k.touched then
    k.touched = true
    line[#line + 1] = -1
    line[#line + 1] = key
  end
  return k
end

local function loadKeys(list)
  if #list == 0 then return end
  for i, n in ipairs(call('HMGET', GA, unpack(list))) do
    if not keys[list[i]] then keys[list[i]] = unpackKey(n) end
  end
end

-- GCRA in whole numbers, times `max`: how many may start now, from where it counts, and when the next one may.
local EPOCH = 1700000000000
local function allowance(tat, max, per, burst)
  local at = (now - EPOCH) * max
  tat = tonumber(tat or at)
  if tat < at then tat = at end
  local n = floor(((burst - 1) * per - (tat - at)) / per) + 1
  return n > 0 and n or 0, tat, EPOCH + math.ceil((tat - (burst - 1) * per) / max)
end

-- Gives or takes back the turn of a key, as its head, its leases and its waits ask for.
local function settleTurn(key, k)
  local first = k.front
  k.front, k.touched, k.changed = nil, nil, true
  local head = k.live < keyMost and k.holds == 0 and call('LINDEX', base .. 'g:' .. key, 0)
  local lane = head and byte(head) - 96 or 0
  if keyRateMax >= 0 then
    local n, _, next = 1, nil, nil
    if head then n, _, next = allowance(call('ZSCORE', GR, key), keyRateMax, keyRatePer, keyRateBurst) end
    if n == 0 then
      lane, k.waits = 0, 1
      call('ZADD', GT, next, key)
    elseif k.waits == 1 then
      k.waits = 0
      call('ZREM', GT, key)
    end
  end
  if k.turn == lane and not (first and lane > 0) then return end
  if k.turn > 0 then call('LREM', KEYS[k.turn + 1], 1, '@' .. key) end
  if lane > 0 then
    local out = not first and outs[lane - 1]
    if out then out[#out + 1] = '@' .. key else call(first and 'LPUSH' or 'RPUSH', KEYS[lane + 1], '@' .. key) end
  end
  k.turn = lane
end

-- In order; keys that come back to the front last, so that the first stands first.
local function settleLine()
  local list = line
  line = {}
  if #list == 0 then return end
  for lane = 0, #KEYS - 2 do outs[lane] = {} end
  for i = 1, #list, 2 do
    local lane, entry = list[i], list[i + 1]
    if lane >= 0 then
      local out = outs[lane]
      out[#out + 1] = entry
    else
      local k = keys[entry]
      if k.touched and not k.front then
        -- Its turn may stand in what is not written yet.
        settleTurn(entry, k)
      end
    end
  end
  for lane, out in pairs(outs) do many('RPUSH', KEYS[lane + 2], out) end
  outs = {}
  for i = #list - 1, 1, -2 do
    local k = list[i] < 0 and keys[list[i + 1]]
    if k and k.touched then settleTurn(list[i + 1], k) end
  end
end

local function saveKeys()
  local put, drop = {}, {}
  for key, k in pairs(keys) do
    if k.changed then
      local n = ((k.live * 1024 + k.holds) * 2 + k.waits) * 16 + k.turn
      if n == 0 then drop[#drop + 1] = key else put[#put + 1] = key; put[#put + 1] = n end
    end
  end
  many('HSET', GA, put)
  many('HDEL', GA, drop)
end

-- A delayed job that its key waits for is delayed no more.
local function unhold(key)
  local k = touch(key)
  k.holds = k.holds - 1
end
