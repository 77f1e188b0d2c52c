-- Schedules: `h` name -> revision, slot, when it fires, made, last slot (doubles; -1 none), last job, spec, record as a frame; `hs` by
-- when they fire. ARGV: what (p put, u take away, f fire), name, then what each needs.
local H, HS = base .. 'h', base .. 'hs'
local name = ARGV[2]
local old = call('HGET', H, name)
local function keep(revision, slot, fireAt, made, lastSlot, lastJob, rest)
  local value = write('>dddddBc0', revision, slot, fireAt, made, lastSlot, #lastJob, lastJob) .. rest
  call('HSET', H, name, value)
  if fireAt >= 0 then call('ZADD', HS, fireAt, name) else call('ZREM', HS, name) end
  return value
end
if ARGV[1] == 'u' then
  call('ZREM', HS, name)
  if call('HDEL', H, name) == 0 then return { 0 } end
  if call('HLEN', H) == 0 then call('HDEL', M, 'h') end
  return { 1 }
end
local revision, slot, _, made, lastSlot, lastJob, at = -1, -1, -1, 0, -1, '', 1
if old then revision, slot, _, made, lastSlot, lastJob, at = read('>dddddBc0', old) end
if ARGV[1] == 'p' then
  -- Of all schedules, so that one that is taken away and put again has none a second time.
  revision = call('HINCRBY', M, 'hr', 1)
  call('HSET', M, 'h', 1)
  local value = keep(revision, tonumber(ARGV[3]), tonumber(ARGV[4]), made, lastSlot, lastJob, ARGV[5])
  wakeAll()
  return { value }
end
-- Fire: revision, slot, next slot, next time (-1 none), skip while running, frames, most that may wait, slots of the frames. What there is
-- no room for is held back for a second.
if not old or revision ~= tonumber(ARGV[3]) or slot ~= tonumber(ARGV[4]) then return { 'stale' } end
local rest = sub(old, at)
local running = false
if ARGV[7] == '1' and lastJob ~= '' and call('HEXISTS', J, lastJob) == 1 then
  local where = stateOf(lastJob)
  running = where ~= 'done' and where ~= 'dead' and where ~= 'cancelled'
end
local answers, slots = {}, 9
local nextSlot, nextTime = tonumber(ARGV[5]), tonumber(ARGV[6])
if not running then
  local most = tonumber(ARGV[9])
  local free = most >= 0 and most - waitingCount() or 1 / 0
  local from = 1
  while from <= #ARGV[8] do
    local flags, lane, time, id, tail
    flags, lane, time, id, tail, from = read('>BBdBc0I4c0', ARGV[8], from)
    local exists = call('HEXISTS', J, id) == 1
    if not exists and free <= 0 then
      if #answers > 0 then slot = tonumber(ARGV[slots + #answers + 1]) end
      nextSlot, nextTime = slot, now + 1000
      break
    end
    if exists then
      answers[#answers + 1] = 'e' .. string.char(#id) .. id
    else
      insert(id, flags, lane, time, tail)
      answers[#answers + 1] = 'a' .. string.char(#id) .. id
      made = made + 1
      free = free - 1
    end
    lastJob = id
  end
end
if #answers > 0 then lastSlot = tonumber(ARGV[slots + #answers]) end
keep(revision, nextSlot, nextTime, made, lastSlot, lastJob, rest)
saveNew()
place()
saveKeys()
save()
if #answers > 0 then wakeForNew() end
return { running and 'skipped' or 'fired', table.concat(answers) }
