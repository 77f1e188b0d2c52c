-- Gives a permit back for its owner.
-- KEYS[1]  the semaphore
-- KEYS[2]  its fence
-- ARGV     owner
-- returns  1, or 0 when the owner does not hold one
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not ends then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
tell(KEYS[2])
return tonumber(ends) > serverMs() and 1 or 0
