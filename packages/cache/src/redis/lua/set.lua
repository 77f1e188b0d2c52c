-- Stores a value whatever there is, and takes the fences of loads under way.
-- KEYS[1] the value, KEYS[2] its fence
-- ARGV[1] how long a fence stands, in ms, ARGV[2] life in ms, ARGV[3] what the client makes of the value, ARGV[4] its check
-- ARGV[5] the version to store over, or ''
-- ARGV[6] channel, ARGV[7] beginning of the message; both may be left out
-- returns the version; nil when refused
local before = versionAt(KEYS[1])
if ARGV[5] ~= '' and before ~= ARGV[5] then return false end
local version = raiseFence(KEYS[2], before, ARGV[1], micros())
call('SET', KEYS[1], valueOf(version, ARGV[3], ARGV[4]), 'PX', ARGV[2])
announce(ARGV[6], ARGV[7], version)
return version
