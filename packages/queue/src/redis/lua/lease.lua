-- Leases what was taken: one HMGET each of `j` and `x`, one ZADD, one HSET. What has expired dies instead.
local jobs, leases, marks, recs = {}, {}, {}, {}

-- Looks at what was taken since the last look.
local seen = 0
local function look()
  if #taken == seen then return end
  local found = call('HMGET', J, unpack(taken, seen + 1))
  for i = seen + 1, #taken do
    local id, rec = taken[i], found[i - seen]
    local flags = rec and byte(rec, 17) or 0
    if flags % 8 >= 4 and call('ZREM', EX, id) == 1 and read('>d', rec, 19) <= now then
      local _, _, _, key = parse(rec)
      local x = with(call('HGET', X, id) or FRESH, 'X', 'expired')
      if key then
        local k = touch(key)
        k.live = k.live - 1
      end
      if finish('f', id, rec, x, 'expired') then bits[#bits + 1] = id; bits[#bits + 1] = x end
      tell('f', id, rec, x)
    elseif rec then
      marks[#marks + 1] = id
      recs[#recs + 1] = rec
    end
  end
  seen = #taken
end

local digits = { '1', '2', '3', '4', '5', '6', '7', '8', '9' }
digits[0] = '0'

local function lease(ends)
  if #marks == 0 then return '' end
  local members, fresh = {}, {}
  local n, m = 0, #jobs
  if fence < now * 2048 then fence = now * 2048 - 1 end
  local untilText = string.format('%.0f', ends)
  -- All but the last digit of fences is the same for ten in a row.
  local last = fence % 10
  local tens = string.format(':%.0f', (fence - last) / 10)
  for i, x in ipairs(call('HMGET', X, unpack(marks))) do
    local id = marks[i]
    fence, last = fence + 1, last + 1
    if last == 10 then
      last = 0
      tens = string.format(':%.0f', fence / 10)
    end
    local first = not x
    if first then
      x = FIRST .. write('>d', fence)
    else
      local flags, failures, count, lost = read('>BI4I4I4', x)
      x = write('>BI4I4I4d', flags, failures, count + 1, lost, fence) .. sub(x, 22)
    end
    if eventsMost >= 0 then note('s', id, recs[i], x) end
    local member = id .. tens .. digits[last]
    members[i] = member
    leases[n + 1], leases[n + 2] = untilText, member
    fresh[n + 1], fresh[n + 2] = id, x
    n = n + 2
    -- Of a first lease the member says it all.
    jobs[m + 1], jobs[m + 2], jobs[m + 3] = member, first and '' or x, recs[i]
    m = m + 3
  end
  addAll(A, leases)
  call('HSET', X, unpack(fresh))
  return table.concat(members, '\0')
end
