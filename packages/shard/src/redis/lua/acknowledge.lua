-- Forgets the marks in hand, when they are still those of this name: what was marked again meanwhile is among the others.
-- KEYS      those in hand, their name
-- ARGV      name
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('UNLINK', KEYS[1], KEYS[2])
return 1
