-- Remembers the result of a record.
-- KEYS[1] the record
-- ARGV[1] owner, ARGV[2] life of the result in ms, ARGV[3] the result
-- returns 1; 0 when it is not the owner
local key = KEYS[1]
if redis.call('HGET', key, 'o') ~= ARGV[1] then return 0 end
redis.call('HDEL', key, 'o', 'u')
redis.call('HSET', key, 'r', ARGV[3])
redis.call('PEXPIRE', key, ARGV[2])
return 1
