-- Removes a record whose function failed. Where it was never called, and the record was taken over from an owner that died, it is as it
-- was before that, but for its owner: said twice is said once.
-- KEYS[1] the record
-- ARGV[1] owner, ARGV[2] 0: its function was never called
local key = KEYS[1]
if redis.call('HGET', key, 'o') ~= ARGV[1] then return end
if ARGV[2] == '0' and tonumber(redis.call('HGET', key, 'n')) > 1 then
  redis.call('HINCRBY', key, 'n', -1)
  redis.call('HSET', key, 'o', '', 'u', 0)
else
  redis.call('UNLINK', key)
end
