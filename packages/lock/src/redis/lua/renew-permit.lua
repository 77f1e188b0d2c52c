-- Prolongs a permit for its owner.
-- KEYS[1]  the semaphore
-- KEYS[2]  its fence
-- ARGV     owner, ttl in ms, how long the fence is kept in ms, the fence
-- returns  1, or 0 when the owner does not hold one
local now = serverMs()
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not ends or tonumber(ends) <= now then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2] - now)
keepFence(KEYS[2], ARGV[4], ARGV[3])
return 1
