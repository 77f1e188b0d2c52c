-- Gives the owner of a record more time.
-- KEYS[1] the record
-- ARGV[1] owner, ARGV[2] its time from now in ms
-- returns 1; 0 when it is not the owner
local key = KEYS[1]
if call('HGET', key, 'o') ~= ARGV[1] then return 0 end
call('HSET', key, 'u', string.format('%.0f', micros() + ARGV[2] * 1000))
if call('PTTL', key) < tonumber(ARGV[2]) then call('PEXPIRE', key, ARGV[2]) end
return 1
