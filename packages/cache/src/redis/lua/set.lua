-- Stores a value whatever there is, and takes the fences of loads under way.
-- KEYS[1] the value, KEYS[2] its fence
-- ARGV[1] how long a fence stands, in ms, ARGV[2] stamp, ARGV[3] life in ms, ARGV[4] check, ARGV[5] envelope
-- ARGV[6] the version to store over, or ''
-- ARGV[7] channel, ARGV[8] beginning of the message; both may be left out
-- returns the version; nil when refused
local value = textAt(KEYS[1])
if ARGV[6] ~= '' and (not value or string.sub(value, 1, 16) ~= ARGV[6]) then return false end
local last = raiseFence(KEYS[2], value, ARGV[1], micros())
call('SET', KEYS[1], entry(last, tonumber(ARGV[3]), tonumber(ARGV[2]), tonumber(ARGV[4]), ARGV[5]), 'PX', ARGV[3])
local version = digits(last)
announce(ARGV[7], ARGV[8], version)
return version
