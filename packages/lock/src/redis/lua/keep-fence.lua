-- Remembers a fence that was given, for longer; never a smaller one than is known.
local function keepFence(key, fence, keepMs)
  local last = tonumber(redis.call('GET', key) or 0) or 0
  if last < tonumber(fence) then
    redis.call('SET', key, fence, 'PX', keepMs)
  else
    redis.call('PEXPIRE', key, keepMs)
  end
end
