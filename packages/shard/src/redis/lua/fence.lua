-- Raises what a partition takes: the lowest term of a write, or the lowest mover. Never lowers it.
-- KEYS[1]   guard
-- ARGV      field; number
-- returns   what it takes from here on
local lowest = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)
if lowest >= tonumber(ARGV[2]) then
  return lowest
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return tonumber(ARGV[2])
