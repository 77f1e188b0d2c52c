-- Raises what a partition takes: the lowest term of a write, or the lowest mover. Never lowers it.
-- KEYS[1]   guard
-- ARGV      field; number
if tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0) < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
return 1
