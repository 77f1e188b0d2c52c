-- Units with a moment each, in a sorted set: a log keeps when they were charged, concurrency when their lease runs out. They
-- count for `kept` from then on: the window of a log, nothing for concurrency.
local function scoreAt(key, rank)
  local found = call('ZRANGE', key, rank, rank, 'WITHSCORES')
  return found[2] and number(found[2]) or 0
end

local function countOf(key, kept)
  return call('ZCOUNT', key, format('(%.0f', now - kept), '+inf')
end

local function members(key, cost, limit, kept)
  local count = countOf(key, kept)
  local last = count > 0 and scoreAt(key, -1) or 0
  local left, reset = max(0, limit - count), count > 0 and ceil((last + kept - now) / 1000) or 0
  if limit == 0 or cost > limit then return false, -1, left, reset end
  if count + cost <= limit then return true, 0, left, reset, count, last end
  -- The wait until enough of the oldest have left.
  local rank = call('ZCARD', key) + cost - limit - 1
  return false, ceil((scoreAt(key, rank) + kept - now) / 1000), left, reset
end

-- Drops what no longer counts; the key lives as long as its last member counts. Returns that time.
local function keepMembers(key, last, kept)
  write('ZREMRANGEBYSCORE', key, '-inf', now - kept)
  write('PEXPIREAT', key, expiry(last + kept - now))
  return ceil((last + kept - now) / 1000)
end

-- Units of one moment do not collapse: a name that is taken, because the clock was set back, is passed over.
local function enter(key, units)
  local missing, next = units, 0
  while missing > 0 do
    local batch = {}
    for i = 1, min(missing, 1000) do
      batch[2 * i - 1], batch[2 * i] = now, format('%.0f%03d', now, next)
      next = next + 1
    end
    missing = missing - write('ZADD', key, 'NX', unpack(batch))
  end
end

local function chargeLog(key, cost, limit, span, count, last)
  enter(key, cost)
  return limit - count - cost, keepMembers(key, max(last, now), span * 1000)
end

local function chargeLease(key, cost, limit, ttl, id, count, last)
  local over = now + ttl * 1000
  for unit = 1, cost do write('ZADD', key, over, unit .. ':' .. id) end
  return limit - count - cost, keepMembers(key, max(last, over), 0)
end

-- Lets the units of a lease run out at `till`, or at once without it. False when it was no longer held: nobody else's goes.
local function moveLease(key, lease, till)
  local ends = call('ZSCORE', key, '1:' .. lease)
  if not ends or number(ends) <= now then return false end
  local unit = 1
  while ends do
    local member = unit .. ':' .. lease
    if till then write('ZADD', key, till, member) else write('ZREM', key, member) end
    unit = unit + 1
    ends = call('ZSCORE', key, unit .. ':' .. lease)
  end
  keepMembers(key, scoreAt(key, -1), 0)
  return true
end
