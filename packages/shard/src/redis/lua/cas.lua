-- Stores the next topology when the stored epoch is as expected.
-- KEYS[1]   hash: e the epoch, t the topology
-- ARGV      expected epoch, 0 for none; the next epoch; the next topology
if tonumber(redis.call('HGET', KEYS[1], 'e') or 0) ~= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'e', ARGV[2], 't', ARGV[3])
return 1
