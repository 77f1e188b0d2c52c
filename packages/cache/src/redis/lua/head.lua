-- Stands before every script.
local call, pcall, floor, max, min = redis.call, redis.pcall, math.floor, math.max, math.min

local function micros()
  local time = call('TIME')
  return time[1] * 1000000 + time[2]
end

-- Versions grow also after a lost key and after a clock that was set back.
local function following(version, now)
  return max((tonumber(version) or 0) + 1, now)
end

local function digits(number)
  return string.format('%.0f', number)
end

local function announce(channel, head, version)
  if channel and channel ~= '' then call('PUBLISH', channel, head .. version) end
end
