-- Sliding window counter: a hash, w the start of the window, c its count, p the count of the window before. A window in the
-- future stays: the clock was set back.
local function countsOf(key, span)
  local period = span * 1000
  local start = now - now % period
  local state = call('HMGET', key, 'w', 'c', 'p')
  if not state[1] then return 0, 0, start end
  local kept, count, before = number(state[1]), number(state[2]), number(state[3])
  if kept >= start then return count, before, kept end
  if kept == start - period then return 0, count, start end
  return 0, 0, start
end

-- What counts at `ms` from now, when nothing is charged until then.
local function estimate(count, before, start, period, ms)
  local elapsed = now + ms * 1000 - start
  if elapsed < period then return before * (period - elapsed) / period + count end
  return max(0, count * (2 * period - elapsed) / period)
end

-- The first millisecond at which so many fit: the formula comes within a rounding error, the rule itself decides.
local function firstFit(count, before, start, period, room)
  local elapsed = now - start
  local exact = count <= room and period * (1 - (room - count) / before) or period + period * (1 - room / count)
  local ms = max(0, ceil((exact - elapsed) / 1000))
  while ms > 0 and estimate(count, before, start, period, ms - 1) <= room + 1e-9 do ms = ms - 1 end
  while estimate(count, before, start, period, ms) > room + 1e-9 do ms = ms + 1 end
  return ms
end

local function slidingReset(count, before, start, period)
  return count > 0 and ceil((start + 2 * period - now) / 1000) or before > 0 and ceil((start + period - now) / 1000) or 0
end

local function sliding(key, cost, limit, span)
  local period = span * 1000
  local count, before, start = countsOf(key, span)
  local used = estimate(count, before, start, period, 0)
  local left, reset = max(0, floor(limit - used + 1e-9)), slidingReset(count, before, start, period)
  if limit == 0 or cost > limit then return false, -1, left, reset end
  if used + cost <= limit + 1e-9 then return true, 0, left, reset, count, before, start end
  return false, firstFit(count, before, start, period, limit - cost), left, reset
end

local function keepCounts(key, count, before, start, period)
  write('HSET', key, 'w', start, 'c', count, 'p', before)
  write('PEXPIREAT', key, expiry(start + (count > 0 and 2 or 1) * period - now))
end

local function chargeSliding(key, cost, limit, span, count, before, start)
  local period = span * 1000
  count = count + cost
  keepCounts(key, count, before, start, period)
  local left = floor(limit - estimate(count, before, start, period, 0) + 1e-9)
  return max(0, left), slidingReset(count, before, start, period)
end
