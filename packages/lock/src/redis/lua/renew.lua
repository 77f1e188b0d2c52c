-- Prolongs a lock for its owner.
-- KEYS[1]  the lock
-- KEYS[2]  its fence
-- ARGV     owner, ttl in ms, how long the fence is kept in ms, the fence
-- returns  1, or 0 when the owner does not hold it
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
keepFence(KEYS[2], ARGV[4], ARGV[3])
return 1
