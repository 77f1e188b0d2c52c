-- Remembers the result of a record, or that it is lost.
-- KEYS[1] the record
-- ARGV[1] owner, ARGV[2] life of the result in ms, ARGV[3] r and ARGV[4] the result, or l where it cannot be kept
-- returns 1; 0 when it is not the owner
local key = KEYS[1]
if redis.call('HGET', key, 'o') ~= ARGV[1] then return 0 end
redis.call('HDEL', key, 'o', 'u')
redis.call('HSET', key, ARGV[3], ARGV[4])
redis.call('PEXPIRE', key, ARGV[2])
return 1
