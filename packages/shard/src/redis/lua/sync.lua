-- Writes something that there was not, so that whoever has it has all that was written before.
-- KEYS[1]   guard
-- ARGV[1]   something
redis.call('HSET', KEYS[1], 'sync', ARGV[1])
return 1
