-- What decides every step of this shard: engine time, which never goes back, and the policy.
local clock = call('TIME')
local now = clock[1] * 1000 + floor(clock[2] / 1000)
local m = call('HMGET', M, 'o', 't', 'f', 'p', 'q', 'v', 'e', 'r', 'h', 'i', 'n', 'w', 'A', 'D')
if not m[1] then return redis.error_reply('XCOPEN the queue is not there') end
if m[2] and tonumber(m[2]) > now then now = tonumber(m[2]) end
local most, rateMax, ratePer, rateBurst, keyMost, keyWaits, keyRateMax, keyRatePer, keyRateBurst, keepCount, keepAge, deadCount, deadAge, eventsMost =
  read('>dddddddddddddd', m[1])
local fence, paused, seq, shard = tonumber(m[3] or 0), m[4] == '1', tonumber(m[5] or 0), tonumber(m[10])
local fenceBefore, seqBefore = fence, seq
-- What falls on one millisecond keeps its order: scores have a fraction of 1/4096, which a double still holds.
local settledNow, dued = m[2] and tonumber(m[2]) == now and tonumber(m[11] or 0) or 0, tonumber(m[12] or 0)
local settledBefore, duedBefore = settledNow, dued
-- Scores are made as text: what is left to Redis to write out costs three times as much. Four digits tell 4096 steps apart.
local nowText
local function stamp()
  if settledNow < 4095 then settledNow = settledNow + 1 end
  nowText = nowText or string.format('%.0f', now)
  return string.format('%s.%04d', nowText, floor(settledNow * 2.44140625 + 0.5))
end
local function dueScore(due)
  dued = (dued + 1) % 4096
  return string.format('%.4f', due + dued / 4096)
end
local saveEvents
local totals = {}
local function tally(what, n) totals[what] = (totals[what] or 0) + n end

-- Written last: whatever fails before leaves the numbers as they were.
local function save(...)
  local fields = { 't', now, ... }
  local n = #fields
  if fence ~= fenceBefore then fields[n + 1], fields[n + 2], n = 'f', fence, n + 2 end
  if seq ~= seqBefore then fields[n + 1], fields[n + 2] = 'q', seq end
  n = #fields
  if settledNow ~= settledBefore then fields[n + 1], fields[n + 2], n = 'n', settledNow, n + 2 end
  if dued ~= duedBefore then fields[n + 1], fields[n + 2] = 'w', dued end
  if saveEvents then saveEvents() end
  -- The two that nearly every call counts go along.
  for at, what in ipairs({ 'A', 'D' }) do
    if totals[what] then
      n = #fields
      fields[n + 1], fields[n + 2] = what, tonumber(m[12 + at] or 0) + totals[what]
      totals[what] = nil
    end
  end
  call('HSET', M, unpack(fields))
  for what, n in pairs(totals) do call('HINCRBY', M, what, n) end
end
