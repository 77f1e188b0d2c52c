-- Frees a lock for its owner, and wakes those who wait for it.
-- KEYS[1]  the lock
-- KEYS[2]  its fence
-- ARGV     owner
-- returns  1, or 0 when the owner does not hold it
local call = redis.call
if call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
call('DEL', KEYS[1])
call('PUBLISH', string.sub(KEYS[2], 1, -2) .. 'w', '')
return 1
