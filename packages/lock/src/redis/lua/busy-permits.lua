-- How long all permits are taken.
-- KEYS[1]  the semaphore
-- ARGV     permits
-- returns  ms until one runs out, 0 when there is one now
local now = serverMs()
local excess = redis.call('ZCOUNT', KEYS[1], '(' .. now, '+inf') - ARGV[1]
if excess < 0 then return 0 end
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf', 'WITHSCORES', 'LIMIT', excess, 1)[2] - now
