-- Moves the end of a value that is fresh, never past its greatest age.
-- KEYS[1] the value
-- ARGV[1] for how long it is fresh from now, in ms, or '' for as long as when it was stored
-- ARGV[2] the version to touch, or ''
-- ARGV[3] channel, ARGV[4] beginning of the message; both may be left out
-- returns {all before the value itself, left in ms}; nil where nothing fresh is
local value = textAt(KEYS[1])
if not value then return false end
local version, left, grace = string.sub(value, 1, 16), call('PTTL', KEYS[1]), graceOf(value)
if left <= grace or ARGV[2] ~= '' and version ~= ARGV[2] then return false end
local age = spanOf(value) - left
local ttl = min(tonumber(ARGV[1]) or ttlOf(value), maxAgeOf(value) - age)
local wanted = floor(ttl + grace)
if wanted <= 0 then return false end
endIn(KEYS[1], value, left, wanted)
-- The version stays, and whoever has a copy of it has to hear of this all the same.
announce(ARGV[3], ARGV[4], '0')
return { call('GETRANGE', KEYS[1], 0, 101 + struct.unpack('>I4', value, 95)), wanted }
