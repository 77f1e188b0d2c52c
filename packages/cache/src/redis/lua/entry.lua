-- A value is: 16 digits of version, 14 of its span (the milliseconds from when it was stored to when it goes), an envelope, the
-- span once more and 16 digits of the version and the check of the envelope, added. None is shorter than 122 bytes.
local function textAt(key)
  local value = redis.pcall('GET', key)
  return type(value) == 'string' and #value >= 122 and value or nil
end

-- All of a value, of its version and of what the client makes.
local function valueOf(version, body, check)
  return version .. body .. string.format('%016.0f', version + check)
end

-- Whatever else may stand there has no version.
local function versionAt(key)
  local version = redis.pcall('GETRANGE', key, 0, 15)
  return type(version) == 'string' and string.match(version, '^%d+$') or 0
end

local function ttlOf(value) return struct.unpack('>d', value, 41) end
local function graceOf(value) return struct.unpack('>d', value, 49) end
local function maxAgeOf(value) return struct.unpack('>d', value, 57) end

-- Moves the end of a value that goes in `left` milliseconds.
local function endIn(key, value, left, wanted)
  local span = string.format('%014.0f', tonumber(string.sub(value, 17, 30)) - left + wanted)
  call('SETRANGE', key, 16, span)
  call('SETRANGE', key, #value - 30, span)
  call('PEXPIRE', key, string.format('%.0f', wanted))
end
