-- Schedules: `h` name -> revision, slot, when it fires, made, last slot (doubles; -1 none), last job, spec, record as a frame; `hs` by
-- when they fire. ARGV: what (p put, u take away, f fire; of several shards n number, a put aside), name, then what each needs.
-- Over several shards a name has its numbers from one of them, and whatever reaches a shard behind a higher number comes too late there:
-- `hv:<name>` is the number of what was taken away, and what it had made, for as long as a call may be on its way.
local H, HS = base .. 'h', base .. 'hs'
local name = ARGV[2]
local old = call('HGET', H, name)
local function keep(revision, slot, fireAt, made, lastSlot, lastJob, rest)
  local value = write('>dddddBc0', revision, slot, fireAt, made, lastSlot, #lastJob, lastJob) .. rest
  call('HSET', H, name, value)
  if fireAt >= 0 then call('ZADD', HS, fireAt, name) else call('ZREM', HS, name) end
  return value
end
-- Of all schedules, so that one that is taken away and put again has none a second time.
local function nextRevision() return call('HINCRBY', M, 'hr', 1) end
if ARGV[1] == 'n' then return { nextRevision() } end
local revision, slot, _, made, lastSlot, lastJob, at = -1, -1, -1, 0, -1, '', 1
if old then revision, slot, _, made, lastSlot, lastJob, at = read('>dddddBc0', old) end
local given = ARGV[1] ~= 'f' and tonumber(ARGV[3])
local HV = base .. 'hv:' .. name
if given then
  local gone = not old and call('GET', HV)
  if gone then revision, made, lastSlot, lastJob = read('>dddBc0', gone) end
  if revision > given then return { 'late' } end
end
local function takeAway()
  call('ZREM', HS, name)
  if call('HDEL', H, name) == 1 and call('HLEN', H) == 0 then call('HDEL', M, 'h') end
end
if ARGV[1] == 'u' then
  takeAway()
  if given then call('SET', HV, write('>dddBc0', given, 0, -1, 0, ''), 'PX', 60000) end
  return { old and 1 or 0 }
end
if ARGV[1] == 'a' then
  takeAway()
  call('SET', HV, write('>dddBc0', given, made, lastSlot, #lastJob, lastJob), 'PX', 60000)
  return { 'aside', write('>ddBc0', made, lastSlot, #lastJob, lastJob) }
end
if ARGV[1] == 'p' then
  -- Revision or '', slot, time, spec and record, what it had made elsewhere.
  if ARGV[7] ~= '' then
    local before, last, job = read('>ddBc0', ARGV[7])
    if before > made then made, lastSlot, lastJob = before, last, job end
  end
  revision = given or nextRevision()
  call('HSET', M, 'h', 1)
  if given then call('DEL', HV) end
  local value = keep(revision, tonumber(ARGV[4]), tonumber(ARGV[5]), made, lastSlot, lastJob, ARGV[6])
  wakeAll()
  return { value }
end
-- Fire: revision, slot, next slot, next time (-1 none), skip while running, frames, most that may wait, slots of the frames. What there is
-- no room for is held back for a second. A slot that has been made is not made again, though its job is not kept.
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
    local own = tonumber(ARGV[slots + #answers + 1])
    local exists = own >= 0 and own <= lastSlot or call('HEXISTS', J, id) == 1
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
if #answers > 0 then lastSlot = math.max(lastSlot, tonumber(ARGV[slots + #answers])) end
keep(revision, nextSlot, nextTime, made, lastSlot, lastJob, rest)
saveNew()
place()
saveKeys()
save()
if #answers > 0 then wakeForNew() end
return { running and 'skipped' or 'fired', table.concat(answers) }
