-- How many of these keys there are.
-- KEYS      keys
return redis.call('EXISTS', unpack(KEYS))
