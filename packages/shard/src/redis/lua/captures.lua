-- Moves that capture the changes of a partition, a line each: the move; what names this capture, so that one that was ended and
-- begun again is told from one that went on; the moment until which it goes on, in ms of this server's clock, or nothing where it
-- goes on until it is told to stop.
local function captures(guard, partition)
  local found = {}
  for move, name, till in string.gmatch(redis.call('HGET', guard, partition .. ':capture') or '', '(%S+) (%S+) ?(%d*)\n') do
    found[#found + 1] = { move = move, name = name, till = tonumber(till) }
  end
  return found
end

local function keepCaptures(guard, partition, list)
  local lines = ''
  for _, one in ipairs(list) do
    lines = lines .. one.move .. ' ' .. one.name .. (one.till and string.format(' %.0f', one.till) or '') .. '\n'
  end
  if lines == '' then
    redis.call('HDEL', guard, partition .. ':capture')
  else
    redis.call('HSET', guard, partition .. ':capture', lines)
  end
end

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
