-- What is known of a name.
-- KEYS[1]  the lock
-- KEYS[2]  its fence
-- KEYS[3]  the semaphore
-- returns  { ms until the last lease runs out or 0, the fence or '', the owner of the lock or '' }
local last = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')[2] or 0
local left = math.max(redis.call('PTTL', KEYS[1]), last - serverMs(), 0)
return { left, redis.call('GET', KEYS[2]) or '', redis.call('GET', KEYS[1]) or '' }
