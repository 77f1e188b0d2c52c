-- Blocks limits; a block that runs longer stays. Before `decide`.
-- ARGV[2]   for how many ms
local length, changed = tonumber(ARGV[2]) * 1000, #ops / 7
for i = 1, #ops / 7 do
  local key, rule = KEYS[2 * i], ops[7 * i]
  local state = call('HMGET', key, 'u', 'l')
  local till = max(now + length, number(state[1] or 0))
  local remembered = number(state[2] or 0) > 0 and rule ~= 0 and rule[6] * 1000 or 0
  local ttl = call('PTTL', key) * 1000
  call('HSET', key, 'u', till)
  call('PEXPIREAT', key, expiry(max(till + remembered - now, ttl)))
end
