-- Removes a value, or makes it stale, and takes the fences of loads under way.
-- KEYS[1] the value, KEYS[2] its fence
-- ARGV[1] how long a fence stands, in ms, ARGV[2] 1: make it stale
-- ARGV[3] channel, ARGV[4] beginning of the message; both may be left out
-- returns the version
local before = versionAt(KEYS[1])
local value = ARGV[2] == '1' and textAt(KEYS[1])
local left = value and call('PTTL', KEYS[1]) or 0
local stands = left > 0 and min(left, floor(graceOf(value))) or 0
-- After a first write that takes no memory a server without memory refuses no other one.
if stands > 0 then call('PEXPIRE', KEYS[1], left) else call('UNLINK', KEYS[1]) end
if stands > 0 and stands < left then endIn(KEYS[1], value, left, stands) end
local version = raiseFence(KEYS[2], before, ARGV[1], micros())
announce(ARGV[3], ARGV[4], version)
return version
