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

local function lease(ends)
  if #marks == 0 then return '' end
  local members, fresh = {}, {}
  local n = 0
  if fence < now * 2048 then fence = now * 2048 - 1 end
  for i, x in ipairs(call('HMGET', X, unpack(marks))) do
    fence = fence + 1
    if x then
      local flags, failures, count, lost = read('>BI4I4I4', x)
      x = write('>BI4I4I4d', flags, failures, count + 1, lost, fence) .. sub(x, 22)
    else
      x = FIRST .. write('>d', fence)
    end
    note('s', marks[i], recs[i], x)
    local member = string.format('%s:%.0f', marks[i], fence)
    members[i] = member
    leases[n + 1], leases[n + 2] = ends, member
    fresh[n + 1], fresh[n + 2] = marks[i], x
    n = n + 2
    jobs[#jobs + 1], jobs[#jobs + 2], jobs[#jobs + 3] = member, x, recs[i]
  end
  call('ZADD', A, unpack(leases))
  call('HSET', X, unpack(fresh))
  return table.concat(members, '\0')
end
