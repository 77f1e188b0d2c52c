-- What the worker reports of its leases: one ZMSCORE and one ZREM for all. Frames: kind (1 done, 2 done with result, 3 nack,
-- 4 snooze, 5 release; 128 more: no key, no unique key, no flow), id, fence, delay, most attempts, payload.
-- Leases of jobs without any of these that are done without a result come as they stand in `a`, from ARGV[first] on.
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

local function settlePlain(first)
  local n = #ARGV - first + 1
  if n <= 0 then return '' end
  local overdue = call('ZRANGEBYSCORE', A, '-inf', now, 'LIMIT', 0, 1)[1]
  local out, ids, lost, held = {}, {}, nil, 0
  for i, ends in ipairs(call('ZMSCORE', A, unpack(ARGV, first))) do
    if ends and not (overdue and tonumber(ends) <= now) then
      local member = ARGV[first + i - 1]
      held = held + 1
      -- Behind the id stand a colon and sixteen digits.
      out[held], ids[held] = member, sub(member, 1, -18)
    else
      lost = lost or {}
      lost[i] = true
    end
  end
  if held == 0 then return string.rep('l', n) end
  call('ZREM', A, unpack(out))
  finishPlain(ids)
  if not lost then return string.rep('d', n) end
  local verdicts = {}
  for i = 1, n do verdicts[i] = lost[i] and 'l' or 'd' end
  return table.concat(verdicts)
end
