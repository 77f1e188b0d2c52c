-- STEP. ARGV: worker, number, lease in ms, want, settles, progress, renewals, flags (1 was idle, 2 with schedules), leases that may
-- be lost, lanes (place, quota, ahead), how many plain jobs are done, their leases, leases and keys of others that are done. Verdicts tell of those first. Answers, each a text or a list: engine time, verdicts, progressed, renewed, cancelled,
-- jobs (member, bits, record), next due, limited until, due schedules, paused, aside (what, id, record, bits), microseconds of the engine time.
local leaseMs, want, flags = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[8])
local again = last == number
local verdicts, progressed, names, kept, jobs = '', '', '', nil, {}
if again then
  verdicts, progressed, kept = read('>I4c0I4c0I4c0', stored, 9)
else
  verdicts = settlePlain(11)
  if #ARGV[5] > 0 then verdicts = verdicts .. settle(ARGV[5]) end
  if #ARGV[6] > 0 then
    saveBits()
    progressed = report(ARGV[6])
  end
end
local renewed, cancelled = '', {}
if #ARGV[7] > 0 then renewed, cancelled = renew(ARGV[7], now + leaseMs) end
if flags % 2 == 1 then call('ZREM', Z, ARGV[1]) end
place()
sweep(tonumber(ARGV[9]))
place()
local late = {}
promote(500, 100, late)
place()
sweepExpired(late)
place()

local room, limitedUntil, tat = paused and 0 or want, false, nil
-- So many had expired that there may be more behind them.
local tooLate = false
local limited = most >= 0 or rateMax >= 0
if again then
  room = 0
  if kept ~= '' then
    local members, ids = {}, {}
    for member in string.gmatch(kept, '[^%z]+') do members[#members + 1] = member end
    for i, ends in ipairs(call('ZMSCORE', A, unpack(members))) do
      if ends then ids[#ids + 1] = i end
    end
    for _, i in ipairs(ids) do
      local id = string.match(members[i], '^(.*):')
      jobs[#jobs + 1] = members[i]
      jobs[#jobs + 1] = call('HGET', X, id)
      jobs[#jobs + 1] = call('HGET', J, id)
    end
  end
end
if most >= 0 and room > 0 then room = math.max(0, math.min(room, most - call('ZCARD', A))) end
if rateMax >= 0 and room > 0 then
  local n, from = allowance(m[6], rateMax, ratePer, rateBurst)
  if n < room then room = n end
  tat = from
end
local ahead = not again and not paused and not limited
if room > 0 or (ahead and want == 0) then
  local order, at = ARGV[10], 1
  local lanesAsked = {}
  while at <= #order do
    local lane = {}
    lane[1], lane[2], lane[3], at = read('>BI2I2', order, at)
    lanesAsked[#lanesAsked + 1] = lane
  end
  for _, lane in ipairs(lanesAsked) do
    if lane[2] > 0 then pull(lane[1], math.min(lane[2], room - #taken)) end
  end
  look()
  -- A key whose head has gone may have its turn in another lane now.
  while #marks < room do
    local before = #taken
    for _, lane in ipairs(lanesAsked) do
      if #marks + #taken - seen >= room then break end
      pull(lane[1], room - #marks - (#taken - seen))
    end
    if #taken == before then break end
    look()
    if #taken - #marks >= 200 then
      tooLate = true
      break
    end
  end
  if ahead and #marks >= want then
    for _, lane in ipairs(lanesAsked) do if lane[3] > 0 then pullAhead(lane[1], lane[3]) end end
    look()
  end
  if tat then tat = (tat + #marks * ratePer) / rateMax end
  -- Bits of jobs that this step gave back and takes again: the lease counts on from them.
  saveBits()
  jobs, names = lease(marks, recs, now + leaseMs, eventsMost >= 0 and note)
  place()
end
if again then names = kept end
if rateMax >= 0 then
  local n, _, next = allowance(#marks > 0 and tat or m[6], rateMax, ratePer, rateBurst)
  if n == 0 and anyWaits() then limitedUntil = next end
end
saveBits()
retain()
keepRates()
saveNew()
saveKeys()
call('SET', W, write('>dI4c0I4c0I4', number, #verdicts, verdicts, #progressed, progressed, #names) .. names, 'PX', format('%d', 2 * leaseMs))

local due = false
if #jobs / 3 < want then
  call('ZADD', Z, nowText, ARGV[1])
  due = tooLate and now or nextDue()
elseif call('ZCARD', Z) > 0 then
  wakeForNew()
end
local schedules = {}
if flags % 4 >= 2 and m[9] then schedules, due = dueSchedules(due) end
if tat and #marks > 0 then save('v', tat) else save() end
return { now, verdicts, progressed, renewed, cancelled, jobs, due, limitedUntil, schedules, paused and 1 or 0, aside, micros }
