-- Stands before every script but the one that reads.
local call, floor, max, min = redis.call, math.floor, math.max, math.min

local function micros()
  local time = call('TIME')
  return time[1] * 1000000 + time[2]
end

-- Versions have 16 digits, and grow also after a lost key and after a clock that was set back.
local function following(version, now)
  return string.format('%016.0f', max((tonumber(version) or 0) + 1, now))
end

local function announce(channel, head, version)
  if channel and channel ~= '' then call('PUBLISH', channel, head .. version) end
end
