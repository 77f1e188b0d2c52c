-- A count until a moment, for fixed windows and for periods of the calendar: a hash, c the count, e the end of its window.
-- A window that ends later than a new one would stays: the clock was set back.
local function windowOf(key, ends)
  local state = call('HMGET', key, 'c', 'e')
  if not state[1] then return 0, ends end
  local count, over = number(state[1]), number(state[2])
  if over <= now then return 0, ends end
  return count, over
end

local function keepWindow(key, count, ends)
  write('HSET', key, 'c', count, 'e', ends)
  write('PEXPIREAT', key, expiry(ends - now))
end

local function window(key, cost, limit, ends)
  local count, over = windowOf(key, ends)
  local left, reset = max(0, limit - count), count > 0 and ceil((over - now) / 1000) or 0
  if limit == 0 or cost > limit then return false, -1, left, reset end
  if count + cost <= limit then return true, 0, left, reset, count, over end
  return false, ceil((over - now) / 1000), left, reset
end

local function chargeWindow(key, cost, limit, count, ends)
  keepWindow(key, count + cost, ends)
  return limit - count - cost, ceil((ends - now) / 1000)
end
