-- Stores what was loaded, if the fence that the read left still stands.
-- KEYS[1] the value, KEYS[2] its fence
-- ARGV[1] the fence, ARGV[2] stamp, ARGV[3] life in ms, ARGV[4] check, ARGV[5] envelope, ARGV[6] owner of the lease or ''
-- ARGV[7] channel, ARGV[8] beginning of the message; both may be left out
-- returns the version; nil when refused
local fence, last, till, owner = fenceAt(KEYS[2])
if fence ~= ARGV[1] then return false end
local value = textAt(KEYS[1])
last = following(max(last, versionOf(value)), micros())
call('SET', KEYS[1], entry(last, tonumber(ARGV[3]), tonumber(ARGV[2]), tonumber(ARGV[4]), ARGV[5]), 'PX', ARGV[3])
if owner == ARGV[6] then owner = '' end
call('SET', KEYS[2], stateOf(fence, last, till, owner), 'KEEPTTL')
local version = digits(last)
announce(ARGV[7], ARGV[8], version)
return version
