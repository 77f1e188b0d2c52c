-- Takes a lock that nobody holds, and gives the next fence of its name: greater than the last one that is known, and than every one
-- that was given before the last was forgotten, as long as the clock of the server has not gone back since. What `nextFence` does,
-- without the cost of making it. An owner that asks again, as a client does whose connection was lost, is given a fence as well.
-- KEYS[1]  the lock: the owner, for as long as the lease
-- KEYS[2]  its fence
-- ARGV     owner, ttl in ms, how long the fence is kept in ms
-- returns  the fence as text, or { ms until the lock runs out }, or { ms until it runs out, the fence as text } when it is the owner's
local call = redis.call
local taken = call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
if not taken and call('GET', KEYS[1]) ~= ARGV[1] then
  return { call('PTTL', KEYS[1]) }
end
local time = call('TIME')
local fence = string.format('%s%06d', time[1], time[2])
local last = call('SET', KEYS[2], fence, 'PX', ARGV[3], 'GET')
if last and tonumber(last) >= tonumber(fence) then
  -- Past 2^53 only the server counts without a gap.
  call('SET', KEYS[2], last, 'PX', ARGV[3])
  call('INCR', KEYS[2])
  fence = call('GET', KEYS[2])
end
return taken and fence or { call('PTTL', KEYS[1]), fence }
