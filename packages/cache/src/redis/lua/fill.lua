-- Stores what was loaded, if the fence that the read left still stands.
-- KEYS[1] the value, KEYS[2] its fence
-- ARGV[1] the fence, ARGV[2] life in ms, ARGV[3] what the client makes of the value, ARGV[4] its check
-- ARGV[5] owner of the lease or '', ARGV[6] channel, ARGV[7] beginning of the message; both may be left out
-- returns the version; nil when refused
local fence, till, owner = fenceAt(KEYS[2])
if fence ~= ARGV[1] then return false end
local version = following(max(tonumber(versionAt(KEYS[1])), tonumber(fence)), micros())
call('SET', KEYS[1], valueOf(version, ARGV[3], ARGV[4]), 'PX', ARGV[2])
if owner ~= '' and owner == ARGV[5] then call('SET', KEYS[2], fence, 'KEEPTTL') end
announce(ARGV[6], ARGV[7], version)
return version
