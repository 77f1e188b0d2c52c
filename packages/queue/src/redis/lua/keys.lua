-- Keys: `ga` holds per key its live leases, its failed heads that are delayed, whether it waits for its rate, and the lane where it
-- has its turn (0: none). A key has at most one turn, an entry `@key` in the lane of its head.
-- What is to go to the back of lanes, in order: lane and id, or -1 and a key whose turn is to be looked at.
local keys, line, outs = {}, {}, {}
-- What is to go to the front, in order: lane, entry, and the key whose list it is.
local fronts = {}
local GR = base .. 'gr'

local function unpackKey(n)
  n = tonumber(n or 0)
  local turn = n % 16
  local high = (n - turn) / 16
  local waits = high % 2
  high = (high - waits) / 2
  local holds = high % 1024
  -- All that it will ever have, so that the table is made once.
  return { turn = turn, waits = waits, holds = holds, live = (high - holds) / 1024, touched = false, changed = false, front = false, head = false }
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

-- GCRA in whole numbers, times `max`: how many may start now, from where it counts, and when the next one may. What is kept is in
-- milliseconds, so that it holds under another rate: a double has room for the whole number that it was.
local EPOCH = 1700000000000
local function allowance(kept, max, per, burst)
  local at = (now - EPOCH) * max
  local tat = kept and floor(kept * max + 0.5) or at
  if tat < at then tat = at end
  local n = floor(((burst - 1) * per - (tat - at)) / per) + 1
  return n > 0 and n or 0, tat, EPOCH + math.ceil((tat - (burst - 1) * per) / max)
end

-- Under a rate no arrival lies further ahead than that of a whole burst that has just started, so one of a slower rate counts as this.
local function latestArrival(at, max, per, burst) return ((at - EPOCH) * max + (burst - 1) * per + per) / max end

-- Stands for the head of a list that is empty.
local NOBODY = 0

-- Finds out at once whether anybody waits behind any of the keys whose turns are to be looked at: mostly those had one job.
local function lookBehind(list)
  local lists, waiting = {}, {}
  for i = 1, #list, 2 do
    local k = list[i] < 0 and keys[list[i + 1]]
    if k and k.touched and not k.front and not k.head and k.live < keyMost and k.holds == 0 then
      lists[#lists + 1], waiting[#waiting + 1] = base .. 'g:' .. list[i + 1], k
    end
  end
  if #lists < 2 or #lists > 1000 or call('EXISTS', unpack(lists)) > 0 then return end
  for i = 1, #waiting do waiting[i].head = NOBODY end
end

-- Gives or takes back the turn of a key, as its head, its leases and its waits ask for.
local function settleTurn(key, k)
  local first = k.front
  local head = k.live < keyMost and k.holds == 0 and (k.head or call('LINDEX', base .. 'g:' .. key, '0'))
  if head == NOBODY then head = false end
  k.front, k.touched, k.changed, k.head = false, false, true, false
  local lane = head and byte(head) - 96 or 0
  if keyRateMax >= 0 or k.waits == 1 then
    local n, _, next = 1, nil, nil
    if head and keyRateMax >= 0 then n, _, next = allowance(call('ZSCORE', GR, key), keyRateMax, keyRatePer, keyRateBurst) end
    if n == 0 then
      lane, k.waits = 0, 1
      call('ZADD', GT, next, key)
    elseif k.waits == 1 then
      k.waits = 0
      call('ZREM', GT, key)
    end
  end
  if k.turn == lane and not (first and lane > 0) then return end
  if k.turn > 0 then call('LREM', KEYS[k.turn + 1], '1', '@' .. key) end
  if lane > 0 then
    local out = outs[lane - 1]
    if out then out[#out + 1] = '@' .. key else call('RPUSH', KEYS[lane + 1], '@' .. key) end
  end
  k.turn = lane
end

-- To the back in order; then to the front, the last one first, so that the first stands first. A key that comes back to the front
-- stands where its first job would.
local function settleLine()
  local list, heads = line, fronts
  if #list == 0 and #heads == 0 then return end
  line, fronts = {}, {}
  lookBehind(list)
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
  for lane, out in pairs(outs) do many('RPUSH', KEYS[lane + 2], out); outs[lane] = {} end
  for i = #heads, 1, -1 do
    local lane, entry, key = unpack(heads[i])
    local k = key and keys[key]
    if not k then
      local out = outs[lane]
      out[#out + 1] = entry
    elseif k.front == i then
      settleTurn(key, k)
    end
  end
  for lane, out in pairs(outs) do many('LPUSH', KEYS[lane + 2], out) end
  outs = {}
end

local function saveKeys()
  local put, drop, texts = {}, {}, {}
  for key, k in pairs(keys) do
    if k.changed then
      local n = ((k.live * 1024 + k.holds) * 2 + k.waits) * 16 + k.turn
      if n == 0 then
        drop[#drop + 1] = key
      else
        local text = texts[n]
        if not text then
          text = format('%d', n)
          texts[n] = text
        end
        put[#put + 1] = key
        put[#put + 1] = text
      end
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
