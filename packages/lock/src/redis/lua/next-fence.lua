-- Gives the next fence of a name and keeps it: greater than the last one that is known, and than every one that was given
-- before the last was forgotten, as long as the clock of the server has not gone back since.
local function nextFence(key, keepMs)
  local time = redis.call('TIME')
  local fence = time[1] * 1000000 + time[2]
  local text = string.format('%.0f', fence)
  local last = redis.call('SET', key, text, 'PX', keepMs, 'GET')
  if not last or (tonumber(last) or 0) < fence then return text end
  -- Past 2^53 only the server counts without a gap.
  redis.call('SET', key, last, 'PX', keepMs)
  redis.call('INCR', key)
  return redis.call('GET', key)
end
