-- Corrects charges: more is charged at most into a debt of one further capacity, less is given back where it was taken and
-- never above full. Before `decide`, which then reports where the limits stand.
-- ARGV[2]   JSON, four values a limit: units to add, or to give back when negative; the moment of the charge; the limit and
--           the capacity of then. What is held is given back by ending the lease, where one is named.
local function adjustGcra(key, by, limit, span, burst, at, limitThen, burstThen)
  local text = call('GET', key)
  local ahead = text and aheadOf(text) or 0
  if by > 0 then
    if limit == 0 then return 0 end
    local interval = span * 1000 / limit
    local room = floor((2 * interval * burst - ahead + slackOf(interval)) / interval)
    local added = max(0, min(by, room))
    if added > 0 then keepAhead(key, ahead + interval * added) end
    return added
  end
  local interval = span * 1000 / limitThen
  -- The whole capacity would have come back from nothing since.
  if ahead <= 0 or at + interval * burstThen <= now then return 0 end
  ahead = ahead + interval * by
  if ahead > 1e-6 then keepAhead(key, ahead) else call('DEL', key) end
  return -by
end

local function adjustBucket(key, by, limit, span, burst, stepwise, at, limitThen, burstThen)
  local level, moment = levelOf(key, limit, span, burst, stepwise)
  local changed = -by
  if by > 0 then
    changed = max(0, min(by, floor(level + burst + bucketSlack(limit, span, stepwise) * limit / (span * 1000))))
    level = level - changed
  else
    local windows = burstThen / limitThen
    if level >= burst or at + (stepwise and ceil(windows) or windows) * span * 1000 <= now then return 0 end
    level = level - by
  end
  if level >= burst then call('DEL', key)
  else keepLevel(key, level, moment, untilLevel(burst, level, moment, limit, span, stepwise)) end
  return changed
end

local function adjustWindow(key, by, limit, kind, span, at)
  local count, over = windowOf(key, windowEnd(kind, span))
  if by < 0 and at < windowStart(kind, span, over) then return 0 end
  local changed = by > 0 and max(0, min(by, 2 * limit - count)) or min(-by, count)
  count = by > 0 and count + changed or count - changed
  if count <= 0 then call('DEL', key) elseif changed > 0 then keepWindow(key, count, over) end
  return changed
end

local function adjustSliding(key, by, limit, span, at)
  local period = span * 1000
  local count, before, start = countsOf(key, span)
  local changed = 0
  if by > 0 then
    changed = max(0, min(by, floor(2 * limit - estimate(count, before, start, period, 0) + 1e-9)))
    count = count + changed
  elseif at >= start then
    changed = min(-by, count)
    count = count - changed
  elseif at >= start - period then
    changed = min(-by, before)
    before = before - changed
  end
  if count + before <= 0 then call('DEL', key)
  elseif changed > 0 then keepCounts(key, count, before, start, period) end
  return changed
end

local function adjustLog(key, by, limit, span, at)
  local period, changed = span * 1000, 0
  if by > 0 then
    changed = max(0, min(by, 2 * limit - countOf(key, period)))
    enter(key, changed)
  elseif at > now - period then
    local moment = format('%.0f', at)
    local own = call('ZRANGEBYSCORE', key, moment, moment, 'LIMIT', 0, -by)
    for _, member in ipairs(own) do changed = changed + call('ZREM', key, member) end
  end
  if changed > 0 then keepMembers(key, scoreAt(key, -1), period) end
  return changed
end

local corrections, changed = cjson.decode(ARGV[2]), 0
for i = 1, #ops / 7 do
  local at, to, key = 7 * i - 6, 4 * i - 3, KEYS[2 * i - 1]
  local kind, limit, span, extra = ops[at], ops[at + 3], ops[at + 4], ops[at + 5]
  local by, moment, limitThen, burstThen = corrections[to], corrections[to + 1], corrections[to + 2], corrections[to + 3]
  local units
  if by == 0 then units = 0
  elseif kind == 'g' then units = adjustGcra(key, by, limit, span, extra, moment, limitThen, burstThen)
  elseif kind == 't' or kind == 'i' then
    units = adjustBucket(key, by, limit, span, extra, kind == 'i', moment, limitThen, burstThen)
  elseif kind == 's' then units = adjustSliding(key, by, limit, span, moment)
  elseif kind == 'l' then units = adjustLog(key, by, limit, span, moment)
  elseif kind == 'c' then units = extra ~= 0 and moveLease(key, extra) and -by or 0
  else units = adjustWindow(key, by, limit, kind, span, moment) end
  changed = changed + units
end
