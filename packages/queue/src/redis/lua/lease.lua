-- Leases jobs: one HMGET of `x`, one ZADD, one HSET. Answers what is told of them (member, bits, record) and their members.
local FIRST = write('>BI4I4I4', 0, 0, 1, 0)

local function lease(ids, recs, ends, note)
  local jobs, members, leases, fresh = {}, {}, {}, {}
  if #ids == 0 then return jobs, '' end
  local n, m = 0, 0
  if fence < now * 2048 then fence = now * 2048 - 1 end
  local untilText = format('%d', ends)
  -- All but the last digit of fences is the same for ten in a row.
  local last = fence % 10
  local tens = format(':%d', (fence - last) / 10)
  local xs = call('HMGET', X, unpack(ids))
  for i = 1, #ids do
    local id, x = ids[i], xs[i]
    fence, last = fence + 1, last + 1
    if last == 10 then
      last = 0
      tens = format(':%d', fence / 10)
    end
    local first = not x
    if first then
      x = FIRST .. write('>d', fence)
    else
      local flags, failures, count, lost = read('>BI4I4I4', x)
      x = write('>BI4I4I4d', flags, failures, count + 1, lost, fence) .. sub(x, 22)
    end
    if note then note('s', id, recs[i], x) end
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
  return jobs, table.concat(members, '\0')
end
