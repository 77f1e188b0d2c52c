-- Stands before the scripts that store values; what most calls do comes without a function that is not called, for to make one costs
-- as much as to call it.
local call, format, sub = redis.call, string.format, string.sub
local time = call('TIME')
local now = time[1] * 1000000 + time[2]
local at = math.floor(now / 1000)

-- Stores a value under a version of now, or under the next one where something newer stands: whose clock was set back. Versions have
-- 16 digits; what stands in a value behind its version is told in `entry`. Gives the version; false and an error when refused.
local function store(key, above, life, body, check)
  local number = now
  if above >= number then number = above + 1 end
  local version = format('%016.0f', number)
  local times, tail = format('%014.0f%014.0f', at, life) .. body, format('%014.0f', at + life)
  local before = redis.pcall('SET', key, version .. times .. tail .. format('%016.0f', number + check), 'PX', life, 'GET')
  if not before or type(before) == 'string' and sub(before, 1, 16) < version then return version, number end
  if type(before) == 'table' and not string.find(before.err, 'WRONGTYPE', 1, true) then return false, before end
  -- Whatever else may stand there has no version, and none of ours reaches what a number cannot count by ones.
  local stood = type(before) == 'string' and string.match(sub(before, 1, 16), '^[0-8]%d+$') or 0
  if tonumber(stood) >= number then number = stood + 1 end
  version = format('%016.0f', number)
  call('SET', key, version .. times .. tail .. format('%016.0f', number + check), 'PX', life)
  return version, number
end
