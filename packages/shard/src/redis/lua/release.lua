-- Captures changes of a partition no more for a move, and forgets those that it has.
-- KEYS      guard; marks, those in hand and their name, of the move
-- ARGV      partition; move
local list = {}
for _, one in ipairs(captures(KEYS[1], ARGV[1])) do
  if one.move ~= ARGV[2] then list[#list + 1] = one end
end
keepCaptures(KEYS[1], ARGV[1], list)
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
return 1
