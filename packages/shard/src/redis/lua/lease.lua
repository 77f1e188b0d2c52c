-- Takes, renews or gives back a number. Each is held until a moment of the server's clock.
-- KEYS[1]   hash: number to the moment and, after a blank, who holds it
-- ARGV      take, renew or release; who; for how many ms; how many numbers there are; which one
-- returns   the number, or -1
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local what, who, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3])
local held = {}
local rows = redis.call('HGETALL', KEYS[1])
for i = 1, #rows, 2 do
  local blank = string.find(rows[i + 1], ' ', 1, true)
  local till, holder = tonumber(string.sub(rows[i + 1], 1, blank - 1)), string.sub(rows[i + 1], blank + 1)
  if till > now then held[rows[i]] = holder end
end
local number = ARGV[5]
if what == 'take' then
  for i = 0, tonumber(ARGV[4]) - 1 do
    if not held[tostring(i)] then
      number = tostring(i)
      break
    end
  end
  if number == '' then return -1 end
elseif held[number] ~= who then
  return -1
end
if what == 'release' then
  redis.call('HDEL', KEYS[1], number)
else
  redis.call('HSET', KEYS[1], number, string.format('%.0f %s', now + ttl, who))
  local left = redis.call('PTTL', KEYS[1])
  if left < ttl then redis.call('PEXPIRE', KEYS[1], ttl + 1000) end
end
return tonumber(number)
