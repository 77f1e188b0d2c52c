-- KEYS: `{tag}:m`, `{tag}:a`. ARGV: how long leases last, then `id:fence` of each. Returns a digit per lease: renewed, or ended.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local seen = tonumber(redis.call('HGET', KEYS[1], 't') or 0)
if seen > now then now = seen end
local answers = {}
for i = 2, #ARGV do
  local ends = redis.call('ZSCORE', KEYS[2], ARGV[i])
  local alive = ends and tonumber(ends) > now
  if alive then redis.call('ZADD', KEYS[2], 'XX', 'GT', now + ARGV[1], ARGV[i]) end
  answers[i - 1] = alive and '1' or '0'
end
return redis.status_reply(table.concat(answers))
