-- The moment at which a key ends, in ms since 1970; -1 for never.
local function expiry(key)
  local moment = redis.pcall('PEXPIRETIME', key)
  if type(moment) == 'number' then return moment end
  -- Before 7.0 it has to be worked out, within one and the same millisecond.
  for _ = 1, 1000 do
    local before, left, after = redis.call('TIME'), redis.call('PTTL', key), redis.call('TIME')
    if left < 0 then return -1 end
    local at = before[1] * 1000 + math.floor(before[2] / 1000)
    if at == after[1] * 1000 + math.floor(after[2] / 1000) then return at + left end
  end
  return redis.error_reply('the clock of the server is not to be read')
end
