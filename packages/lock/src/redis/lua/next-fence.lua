-- Gives the next fence of a name and keeps it: greater than the last one that is known, and than every one that was given
-- before the last was forgotten, as long as the clock of the server has not gone back since.
local function nextFence(key, keepMs)
  local time = redis.call('TIME')
  local last = tonumber(redis.call('GET', key) or 0) or 0
  local fence = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
  redis.call('SET', key, fence, 'PX', keepMs)
  return fence
end
