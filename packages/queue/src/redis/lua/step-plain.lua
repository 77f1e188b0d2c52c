-- Most steps: plain jobs are settled and taken, nothing else is asked for, and nothing has ended or is due. Bound before everything
-- else, as little of it is needed. It looks at all before it writes, and leaves to the rest whatever is not plain.

-- The next so many entries of a lane: false where a turn is among them, unless it may end there.
local ids, from, short = {}, {}, {}
local function lookAt(lane, count, upToTurn)
  local at = from[lane] or 0
  local entries = call('LRANGE', KEYS[lane + 2], format('%d', at), format('%d', at + count - 1))
  for i = 1, #entries do
    local id = entries[i]
    local mark = byte(id)
    if mark == 64 then return upToTurn end
    at = at + 1
    ids[#ids + 1] = mark == 1 and sub(id, 2) or id
    from[lane] = at
  end
  short[lane] = #entries < count
  return true
end

-- Of lanes their quotas, then what is missing, then what is taken ahead.
local function lookAtLanes(want)
  local order, lanes, aheads = ARGV[10], {}, {}
  for at = 1, #order, 5 do
    local lane, quota, ahead = read('>BI2I2', order, at)
    lanes[#lanes + 1], aheads[#aheads + 1] = lane, ahead
    quota = math.min(quota, want - #ids)
    if quota > 0 and not lookAt(lane, quota) then return false end
  end
  for _, lane in ipairs(lanes) do
    if #ids < want and not short[lane] and not lookAt(lane, want - #ids) then return false end
  end
  if #ids < want then return true end
  for i, lane in ipairs(lanes) do
    if aheads[i] > 0 and not short[lane] then lookAt(lane, aheads[i], true) end
  end
  return true
end

local function keepDone(done)
  if keepCount ~= 0 then
    local list, n = {}, 0
    for i = 1, #done do
      list[n + 1], list[n + 2] = stamp(), done[i]
      n = n + 2
    end
    addAll(base .. 'd', list)
    local over = keepCount > 0 and call('ZCARD', base .. 'd') - keepCount or 0
    if over <= 0 then return end
    done = call('ZRANGE', base .. 'd', '0', format('%d', math.min(over, 500) - 1))
    call('ZREMRANGEBYRANK', base .. 'd', '0', format('%d', #done - 1))
  end
  call('HDEL', J, unpack(done))
  call('HDEL', X, unpack(done))
  tally('R', #done)
end

-- How many of the plain leases that are done were taken out of `a` here; -1 while nothing is written.
local takenOut = -1
local function stepPlain()
  local settles, want, flags = tonumber(ARGV[11]), tonumber(ARGV[4]), tonumber(ARGV[8])
  if #ARGV > 11 + settles or last == number or #ARGV[5] + #ARGV[6] + #ARGV[7] > 0 then return end
  if most >= 0 or rateMax >= 0 or keyRateMax >= 0 or eventsMost >= 0 then return end
  if not m[8] or now >= tonumber(m[8]) then return end
  -- Of what is forgotten something more may be kept, or somebody waits for a result.
  if settles > 0 and m[7] or call('EXISTS', base .. 'ex', base .. (settles > 0 and 'r' or 'ex')) > 0 then return end
  if #call('ZRANGEBYSCORE', A, '-inf', nowText, 'LIMIT', '0', '1') > 0 then return end
  if #call('ZRANGEBYSCORE', S, '-inf', format('(%d', now + 1), 'LIMIT', '0', '1') > 0 then return end
  if not paused and not lookAtLanes(want) then return end
  local recs = #ids > 0 and call('HMGET', J, unpack(ids)) or {}
  for i = 1, #recs do if not recs[i] or byte(recs[i], 17) % 8 >= 4 then return end end

  if settles > 0 then
    takenOut = call('ZREM', A, unpack(ARGV, 12))
    if takenOut < settles then return end
    local done = {}
    -- Behind the id stand a colon and sixteen digits.
    for i = 1, settles do done[i] = sub(ARGV[i + 11], 1, -18) end
    tally('D', settles)
    keepDone(done)
  end
  for lane, at in pairs(from) do call('LTRIM', KEYS[lane + 2], format('%d', at), '-1') end
  local leaseMs, verdicts = tonumber(ARGV[3]), string.rep('d', settles)
  local jobs, names = lease(ids, recs, now + leaseMs)
  call('SET', W, write('>dI4c0I4I4', number, settles, verdicts, 0, #names) .. names, 'PX', format('%d', 2 * leaseMs))
  local due, schedules = false, {}
  if #ids < want then
    call('ZADD', Z, nowText, ARGV[1])
    due = nextDue()
  else
    if flags % 2 == 1 then call('ZREM', Z, ARGV[1]) end
    if call('ZCARD', Z) > 0 and anyWaits() then wakeOne() end
  end
  if flags % 4 >= 2 and m[9] then schedules, due = dueSchedules(due) end
  save()
  return { now, verdicts, '', '', {}, jobs, due, false, schedules, paused and 1 or 0, {}, micros }
end

local answer = stepPlain()
if answer then return answer end
