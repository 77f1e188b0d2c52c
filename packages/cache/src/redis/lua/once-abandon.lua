-- Removes a record whose function failed.
-- KEYS[1] the record
-- ARGV[1] owner
if redis.call('HGET', KEYS[1], 'o') == ARGV[1] then redis.call('UNLINK', KEYS[1]) end
