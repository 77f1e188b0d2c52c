-- Deletes keys, unless a later mover has claimed the place.
-- KEYS      guard; keys
-- ARGV      field of the mover; mover
-- returns   how many there were; -1 when a later mover has claimed the place
if tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0) > tonumber(ARGV[2]) then return -1 end
return #KEYS == 1 and 0 or redis.call('UNLINK', unpack(KEYS, 2))
