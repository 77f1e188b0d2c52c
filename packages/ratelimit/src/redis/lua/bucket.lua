-- Token bucket: a hash, l the level at the moment t, e when it is full, if nothing else comes. One that is not there is full.
local function levelOf(key, limit, span, burst, stepwise)
  local state = call('HMGET', key, 'l', 't', 'e')
  if not state[1] then return burst, now end
  local level, at = number(state[1]), number(state[2])
  if number(state[3]) <= now then return burst, now end
  if stepwise then
    local refills = max(0, floor((now - at) / (span * 1000)))
    level, at = level + refills * limit, at + refills * span * 1000
  elseif now > at then
    -- A moment in the future stays: the clock was set back, and nothing grows until it is there again.
    level, at = level + (now - at) * limit / (span * 1000), now
  end
  if level >= burst then return burst, now end
  return level, at
end

-- Microseconds until the level is as wanted: by whole refills, or continuously.
local function untilLevel(wanted, level, at, limit, span, stepwise)
  if level >= wanted then return 0 end
  local windows = (wanted - level) / limit
  return at - now + (stepwise and ceil(windows) or windows) * span * 1000
end

local function bucketSlack(limit, span, stepwise)
  return stepwise and 0 or slackOf(span * 1000 / limit)
end

local function bucket(key, cost, limit, span, burst, stepwise)
  local level, at = levelOf(key, limit, span, burst, stepwise)
  if limit == 0 then return false, -1, 0, 0 end
  local slack = bucketSlack(limit, span, stepwise)
  local units = slack * limit / (span * 1000)
  local left = max(0, floor(level + units))
  local reset = max(0, ceil((untilLevel(burst, level, at, limit, span, stepwise) - slack) / 1000))
  if cost > burst then return false, -1, left, reset end
  if cost <= level + units then return true, 0, left, reset, level, at end
  return false, ceil((untilLevel(cost, level, at, limit, span, stepwise) - slack) / 1000), left, reset
end

local function keepLevel(key, level, at, untilFull)
  write('HSET', key, 'l', level, 't', at, 'e', now + untilFull)
  write('PEXPIREAT', key, expiry(untilFull))
end

local function chargeBucket(key, cost, limit, span, burst, level, at, stepwise)
  local slack = bucketSlack(limit, span, stepwise)
  local units = slack * limit / (span * 1000)
  level = level - cost
  local untilFull = untilLevel(burst, level, at, limit, span, stepwise)
  keepLevel(key, level, at, untilFull)
  return max(0, floor(level + units)), ceil((untilFull - slack) / 1000)
end
