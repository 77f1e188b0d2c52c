-- Adds one touch of a key.
-- KEYS[1]  the count
-- returns  the new count
return redis.call('INCR', KEYS[1])
