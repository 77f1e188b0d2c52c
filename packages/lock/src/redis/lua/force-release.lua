-- Frees a name, whoever holds it.
-- KEYS[1]  the lock
-- KEYS[2]  its fence
-- KEYS[3]  the semaphore
-- returns  1, or 0 when nobody held it
local held = redis.call('DEL', KEYS[1]) + redis.call('ZCOUNT', KEYS[3], '(' .. serverMs(), '+inf')
redis.call('UNLINK', KEYS[3])
tell(KEYS[2])
return held > 0 and 1 or 0
