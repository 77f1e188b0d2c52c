-- A value is: 16 digits of version, 14 of when it was stored and 14 of its span, both in ms of the server (it goes when the span is
-- over), an envelope, 14 digits of when it goes, and 16 of the version and the check of the envelope, added. None is shorter than
-- 136 bytes.
local function textAt(key)
  local value = redis.pcall('GET', key)
  return type(value) == 'string' and #value >= 136 and value or nil
end

-- Whatever else may stand there has no version, and none of ours reaches what a number cannot count by ones.
local function versionAt(key)
  local version = redis.pcall('GETRANGE', key, 0, 15)
  return type(version) == 'string' and string.match(version, '^[0-8]%d+$') or 0
end

local function spanOf(value) return tonumber(string.sub(value, 31, 44)) end
local function ttlOf(value) return struct.unpack('>d', value, 55) end
local function graceOf(value) return struct.unpack('>d', value, 63) end
local function maxAgeOf(value) return struct.unpack('>d', value, 71) end

-- Moves the end of a value that goes in `left` milliseconds.
local function endIn(key, value, left, wanted)
  local span = spanOf(value) - left + wanted
  call('SETRANGE', key, 30, string.format('%014.0f', span))
  call('SETRANGE', key, #value - 30, string.format('%014.0f', string.sub(value, 17, 30) + span))
  call('PEXPIRE', key, string.format('%.0f', wanted))
end
