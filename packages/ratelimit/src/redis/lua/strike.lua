-- Blocks and strikes: a hash, u the end of the block, n the strikes since f, l how many blocks there were. One more strike;
-- returns for how many ms it blocks, 0 when it does not yet.
local function strike(key, rule)
  local after, within, length, factor, longest, forget = unpack(rule)
  within, forget = within * 1000, forget * 1000
  local state = call('HMGET', key, 'u', 'n', 'f', 'l')
  local till, strikes = number(state[1] or 0), number(state[2] or 0)
  local first, level = number(state[3] or now), number(state[4] or 0)
  if now - till >= forget then level = 0 end
  if now - first >= within then strikes, first = 0, now end
  strikes = strikes + 1
  if strikes < after then
    write('HSET', key, 'n', strikes, 'f', first, 'l', level)
    write('PEXPIREAT', key, expiry(max(first + within, level > 0 and till + forget or 0) - now))
    return 0
  end
  local ms = ceil(min(longest, length * factor ^ level))
  write('HSET', key, 'u', now + ms * 1000, 'l', level + 1)
  write('HDEL', key, 'n', 'f')
  write('PEXPIREAT', key, expiry(ms * 1000 + forget))
  return ms
end
