-- Takes one of several permits. An owner that asks again, as a client does whose connection was lost, is given a fence as well.
-- KEYS[1]  the semaphore: owners by the server time at which they run out
-- KEYS[2]  its fence
-- ARGV     owner, ttl in ms, how long the fence is kept in ms, permits
-- returns  the fence as text, or { ms until a permit runs out }, or { ms until it runs out, the fence as text } when the owner has one
local now = serverMs()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if ends then
  return { ends - now, nextFence(KEYS[2], ARGV[3]) }
end
local excess = redis.call('ZCARD', KEYS[1]) - ARGV[4]
if excess >= 0 then
  return { redis.call('ZRANGE', KEYS[1], excess, excess, 'WITHSCORES')[2] - now }
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2] - now)
return nextFence(KEYS[2], ARGV[3])
