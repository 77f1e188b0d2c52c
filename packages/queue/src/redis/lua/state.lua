-- What decides every step of this shard: engine time, which never goes back, and the policy.
local clock = call('TIME')
local now = clock[1] * 1000 + floor(clock[2] / 1000)
local m = call('HMGET', M, 'o', 't', 'f', 'p', 'q', 'v', 'e', 'r', 'h', 'i', 'n', 'w', 'A', 'D', 'R')
if not m[1] then return redis.error_reply('XCOPEN the queue is not there') end
local before = tonumber(m[2] or 0)
-- How far into its millisecond; nothing where it stands still.
local micros = clock[2] % 1000
if before > now then now, micros = before, 0 end
local nowText = format('%d', now)
local most, rateMax, ratePer, rateBurst, keyMost, keyWaits, keyRateMax, keyRatePer, keyRateBurst, keepCount, keepAge, deadCount, deadAge, eventsMost =
  read('>dddddddddddddd', m[1])
local fence, paused, seq, shard = tonumber(m[3] or 0), m[4] == '1', tonumber(m[5] or 0), tonumber(m[10])
local fenceBefore, seqBefore = fence, seq
-- What falls on one millisecond keeps its order: scores have a fraction of steps that a double of that size still holds, 1/4096 for
-- what is due or expires, and for what has settled 0.0003, whose digits are put together here: to write out a number costs as much as a lookup.
local settledNow, dued = before == now and math.min(3333, m[11] or 0) or 0, tonumber(m[12] or 0)
local settledBefore, duedBefore = settledNow, dued
local digits = { '1', '2', '3', '4', '5', '6', '7', '8', '9' }
digits[0] = '0'
local stampHead, stampHundreds = '', -1
local function stamp()
  if settledNow < 3333 then settledNow = settledNow + 1 end
  local low = settledNow * 3 % 100
  local hundreds = (settledNow * 3 - low) / 100
  if hundreds ~= stampHundreds then stampHead, stampHundreds = format('%s.%02d', nowText, hundreds), hundreds end
  return stampHead .. digits[(low - low % 10) / 10] .. digits[low % 10]
end
-- The earliest that was put off here.
local soonest = 1 / 0
local function inOrder(at)
  dued = (dued + 1) % 4096
  return format('%.4f', at + dued / 4096)
end
local function dueScore(due)
  if due < soonest then soonest = due end
  return inOrder(due)
end
local saveEvents
local totals = {}
local function tally(what, n) totals[what] = (totals[what] or 0) + n end

-- Written last: whatever fails before leaves the numbers as they were. What nearly every call counts goes along.
local counted = { A = 13, D = 14, R = 15 }
local function save(...)
  local fields = { 't', nowText, ... }
  local n = #fields
  if fence ~= fenceBefore then fields[n + 1], fields[n + 2], n = 'f', format('%d', fence), n + 2 end
  if seq ~= seqBefore then fields[n + 1], fields[n + 2], n = 'q', format('%d', seq), n + 2 end
  if settledNow ~= settledBefore then fields[n + 1], fields[n + 2], n = 'n', format('%d', settledNow), n + 2 end
  if dued ~= duedBefore then fields[n + 1], fields[n + 2], n = 'w', format('%d', dued), n + 2 end
  if saveEvents then saveEvents() end
  for what, count in pairs(totals) do
    local at = counted[what]
    if at then
      fields[n + 1], fields[n + 2], n = what, format('%d', (m[at] or 0) + count), n + 2
    else
      call('HINCRBY', M, what, count)
    end
  end
  call('HSET', M, unpack(fields))
end
