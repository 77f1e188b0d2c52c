-- What the worker reports of its leases: one ZMSCORE and one ZREM for all. Frames: kind (1 done, 2 done with result, 3 nack,
-- 4 snooze, 5 release; 128 more: no key, no unique key, no flow), id, fence, delay, most attempts, payload.
-- Leases of jobs that have none of these, or only a key, and are done without a result come as they stand in `a`.
local function settleOne(kind, id, rec, x, delay, attempts, payload)
  local flags, failures, leases, lost, mark = read('>BI4I4I4d', x)
  local lane, key, k, _
  if rec then
    _, lane, _, key = parse(rec)
    if key then
      k = touch(key)
      k.live = k.live - 1
    end
  end
  -- Most are done and have nothing to be written down.
  if kind == 1 and flags % 2 == 0 and lost == 0 then
    finish('d', id, rec, x)
    return 'd'
  end
  if kind <= 2 then
    if kind == 2 then x = with(x, 'R', payload) end
    x = write('>BI4I4I4d', flags - flags % 2, failures, leases, 0, mark) .. sub(x, 22)
    x = flags % 2 == 1 and with(x, 'X') or x
    if finish('d', id, rec, x) and (kind == 2 or flags % 2 == 1 or lost > 0) then bits[#bits + 1] = id; bits[#bits + 1] = x end
    return 'd'
  end
  local cancelled, verdict, reason, at = flags % 2 == 1, 'e', '', nil
  if kind == 3 then
    reason, at = read('>Bc0', payload)
    verdict = 'r'
    if reason == '' or reason == 'failed' then
      failures = failures + 1
      tally('N', 1)
      if failures >= attempts then reason = 'failed' end
    end
  end
  x = write('>BI4I4I4d', flags - flags % 2, failures, leases, 0, mark) .. sub(x, 22)
  if kind == 3 then x = with(x, 'E', sub(payload, at)) end
  if cancelled or reason ~= '' then
    verdict = cancelled and 'c' or 'f'
    if cancelled then reason = part(x, 'X') else x = with(x, 'X', reason) end
    if finish(verdict, id, rec, x, reason) then bits[#bits + 1] = id; bits[#bits + 1] = x end
    return verdict
  end
  if kind == 3 then note('r', id, rec, x, (part(x, 'E'))) end
  x = with(x, 'D', write('>d', now + delay))
  if delay == 0 then
    -- A failed head keeps its place, a released one has it back.
    wait(id, lane, key, kind == 5 or (kind == 3 and key and keyWaits == 1))
    if kind == 3 and key then place() end
  else
    local n = #dues
    dues[n + 1], dues[n + 2] = dueScore(now + delay), id
    if k and (kind == 5 or (kind == 3 and keyWaits == 1)) then
      k.holds = k.holds + 1
      x = string.char(byte(x) + 4) .. sub(x, 2)
    end
  end
  bits[#bits + 1] = id
  bits[#bits + 1] = x
  return verdict
end

local function settle(frames)
  local members, items, at, size = {}, {}, 1, #frames
  while at <= size do
    local item = {}
    item[1], item[2], item[3], item[4], item[5], item[6], at = read('>BBc0Bc0dI4I4c0', frames, at)
    items[#items + 1] = item
    members[#members + 1] = item[2] .. ':' .. item[3]
  end
  local verdicts, held, plain, recs = {}, {}, {}, {}
  local ids, out = {}, {}
  for i, ends in ipairs(call('ZMSCORE', A, unpack(members))) do
    -- A lease that has ended is the sweep's, also while nobody has taken the job yet. The same lease twice is once.
    if ends and tonumber(ends) > now and not held[members[i]] then
      held[members[i]] = i
      ids[#ids + 1] = items[i][2]
      out[#out + 1] = members[i]
      -- Of a plain job that is done nothing is to be known.
      if items[i][1] < 128 or items[i][1] > 130 then recs[#recs + 1] = items[i][2] end
    end
    verdicts[i] = 'l'
  end
  if #ids == 0 then return table.concat(verdicts) end
  call('ZREM', A, unpack(out))
  local byId = {}
  if #recs > 0 then
    for i, rec in ipairs(call('HMGET', J, unpack(recs))) do byId[recs[i]] = rec end
    local names = {}
    for _, rec in pairs(byId) do
      local _, _, _, key = parse(rec)
      if key then names[#names + 1] = key end
    end
    loadKeys(names)
  end
  local xs, nth = call('HMGET', X, unpack(ids)), 0
  for i, item in ipairs(items) do
    if held[members[i]] == i then
      nth = nth + 1
      local id = item[2]
      verdicts[i] = settleOne(item[1] % 128, id, byId[id], xs[nth], item[4], item[5], item[6])
    end
  end
  return table.concat(verdicts)
end

-- Of plain jobs that are done the leases were taken out, though not all were there. One that was lost, or was settled before, tells it
-- by its bits or is among what is done.
local function heldBefore(ids, marks)
  local held, twice = {}, {}
  local ends, xs = call('ZMSCORE', base .. 'd', unpack(ids)), call('HMGET', X, unpack(ids))
  for i, id in ipairs(ids) do
    local leases, lost, mark
    if xs[i] then leases, lost, mark = read('>I4I4d', xs[i], 6) end
    held[i] = not ends[i] and not twice[id] and leases == 1 and lost == 0 and mark == marks[i]
    twice[id] = true
  end
  return held
end

-- Leases, of which `out` were taken out of `a` already (-1: none was looked for yet). Answers a verdict for each, and which were held
-- where not all were.
local function settleDone(members, out)
  local n, ids, held, done, verdicts = #members, {}, nil, {}, {}
  -- Behind the id stand a colon and sixteen digits.
  for i = 1, n do ids[i] = sub(members[i], 1, -18) end
  if out < 0 and #call('ZRANGEBYSCORE', A, '-inf', nowText, 'LIMIT', '0', '1') > 0 then
    local there = {}
    held = {}
    for i, ends in ipairs(call('ZMSCORE', A, unpack(members))) do
      held[i] = ends and tonumber(ends) > now
      if held[i] then there[#there + 1] = members[i] end
    end
    if #there > 0 then call('ZREM', A, unpack(there)) end
  else
    if out < 0 then out = call('ZREM', A, unpack(members)) end
    if out < n then
      local marks = {}
      for i = 1, n do marks[i] = tonumber(sub(members[i], -16)) end
      held = out > 0 and heldBefore(ids, marks) or {}
    end
  end
  for i = 1, n do
    local is = not held or held[i]
    if is then done[#done + 1] = ids[i] end
    verdicts[i] = is and 'd' or 'l'
  end
  if #done > 0 then finishPlain(done) end
  return table.concat(verdicts), held
end

-- What stands in ARGV from there on: so many leases of jobs without a key, then leases and keys by turns.
local function settlePlain(first)
  local n, verdicts = tonumber(ARGV[first]), ''
  if n > 0 then verdicts = settleDone({ unpack(ARGV, first + 1, first + n) }, takenOut) end
  if #ARGV == first + n then return verdicts end
  local members, names = {}, {}
  for at = first + n + 1, #ARGV, 2 do
    members[#members + 1], names[#names + 1] = ARGV[at], ARGV[at + 1]
  end
  loadKeys(names)
  local more, held = settleDone(members, -1)
  for i = 1, #names do
    if not held or held[i] then
      local k = touch(names[i])
      k.live = k.live - 1
    end
  end
  return verdicts .. more
end
