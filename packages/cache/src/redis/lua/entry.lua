-- A value is 60 digits and an envelope. The digits: 16 its version; 14 its span, the milliseconds from when it was stored to when
-- it goes; 16 its stamp; 14 a tie of all three to the check that ends the envelope, so that none of them comes from elsewhere.
local function entry(version, span, stamp, check, envelope)
  local tie = (version + stamp) % 4294967296 + span + check
  return string.format('%016.0f%014.0f%016.0f%014.0f', version, span, stamp, tie) .. envelope
end

local function textAt(key)
  local value = pcall('GET', key)
  return type(value) == 'string' and value or nil
end

local function versionOf(value)
  return value and tonumber(string.sub(value, 1, 16)) or 0
end

local function doubleOf(value, at)
  return #value >= 114 and struct.unpack('>d', value, at) or 0
end

local function ttlOf(value) return doubleOf(value, 65) end
local function graceOf(value) return doubleOf(value, 73) end
local function maxAgeOf(value) return doubleOf(value, 81) end

-- Moves the end of a value that goes in `left` milliseconds.
local function endIn(key, value, left, wanted)
  local span = tonumber(string.sub(value, 17, 30)) - left + wanted
  local check = struct.unpack('>I4', string.sub(value, -4))
  call('SETRANGE', key, 0, entry(versionOf(value), span, tonumber(string.sub(value, 31, 46)), check, ''))
  call('PEXPIRE', key, digits(wanted))
end
