-- All that a shard has to say of its partitions.
-- KEYS      guard
-- returns   fields and values in turn; then, of each partition that is captured until it is told to stop, its number and the move
local captured = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local partition = string.match(field, '^(%d+):capture$')
  if partition then
    for _, one in ipairs(captures(KEYS[1], partition)) do
      if not one.till then captured[#captured + 1] = { partition, one.move } end
    end
  end
end
return { redis.call('HGETALL', KEYS[1]), captured }
