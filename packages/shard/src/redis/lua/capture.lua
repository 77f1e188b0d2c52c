-- Captures changes of a partition for a move: for a while, or until it is told to stop. One that has run out is begun anew.
-- KEYS      guard; marks, those in hand and their name, of the move
-- ARGV      partition; move; a name for a capture that begins; for how many ms, 0 for until it is told to stop
-- returns   the name of the capture
local at, ms, list, mine = now(), tonumber(ARGV[4]), {}, nil
for _, one in ipairs(captures(KEYS[1], ARGV[1])) do
  if not one.till or one.till > at then
    list[#list + 1] = one
    if one.move == ARGV[2] then mine = one end
  end
end
if not mine then
  redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
  mine = { move = ARGV[2], name = ARGV[3], till = at }
  list[#list + 1] = mine
end
if mine.till then
  mine.till = ms > 0 and math.max(mine.till, at + ms) or nil
  -- Marks outlive the capture that they belong to, however long that is.
  if mine.till then
    redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', mine.till + ms))
  else
    redis.call('PERSIST', KEYS[2])
  end
  keepCaptures(KEYS[1], ARGV[1], list)
end
return mine.name
