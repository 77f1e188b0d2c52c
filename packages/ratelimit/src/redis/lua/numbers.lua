local function number(text)
  local value = tonumber(text)
  if not value or value - value ~= 0 then error('foreign data under a key of a limit') end
  return value
end

-- A key lives until its state is like a fresh one. Redis takes no TTL of more than 18 digits.
local function lifetime(us)
  return us > 1000 and format('%d', us < 1e18 and ceil(us / 1000) or 1e15) or '1'
end
