-- Frees a lock for its owner.
-- KEYS[1]  the lock
-- KEYS[2]  its fence
-- ARGV     owner
-- returns  1, or 0 when the owner does not hold it
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
tell(KEYS[2])
return 1
