local function number(text)
  local value = tonumber(text)
  if not value or value - value ~= 0 then error('foreign data under a key of a limit') end
  return value
end

-- A key lives until its state is like a fresh one. Told as a moment: a TTL would count from when the server began with the
-- script, which may be milliseconds before it told the time. Some milliseconds more, so that the script itself still finds it
-- where the machine has let the server wait in between.
local function expiry(us)
  return format('%d', us < 1e18 and max(0, ceil((now + us) / 1000)) + 25 or 9e15)
end
