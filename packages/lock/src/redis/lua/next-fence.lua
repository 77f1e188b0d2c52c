-- Gives the next fence of a name and keeps it: greater than the last one that is known, and than every one that was given
-- before the last was forgotten, as long as the clock of the server has not gone back since.
local function nextFence(key, keepMs)
  local time = redis.call('TIME')
  local fence = time[1] * 1000000 + time[2]
  local text = string.format('%.0f', fence)
  local last = tonumber(redis.call('SET', key, text, 'PX', keepMs, 'GET') or 0) or 0
  if last < fence then return text end
  text = string.format('%.0f', last + 1)
  redis.call('SET', key, text, 'PX', keepMs)
  return text
end
