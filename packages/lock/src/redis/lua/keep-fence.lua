-- Remembers a fence that was given, for longer; never a smaller one than is known.
local function keepFence(key, fence, keepMs)
  -- As text: past 2^53 two numbers may be one.
  local last = redis.call('GET', key) or ''
  if #last < #fence or #last == #fence and last < fence then
    redis.call('SET', key, fence, 'PX', keepMs)
  else
    redis.call('PEXPIRE', key, keepMs)
  end
end
