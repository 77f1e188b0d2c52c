-- Gives keys the values that they have elsewhere, unless a later mover has claimed the place.
-- KEYS      guard; keys
-- ARGV      field of the mover; mover; for each key: its value, empty for none, and the moment at which it ends, 0 for never
-- returns   0 when a later mover has claimed the place
if tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0) > tonumber(ARGV[2]) then return 0 end
for i = 2, #KEYS do
  local value, ends = ARGV[2 * i - 1], ARGV[2 * i]
  if value == '' then
    redis.call('UNLINK', KEYS[i])
  else
    redis.call('RESTORE', KEYS[i], ends, value, 'REPLACE', 'ABSTTL')
  end
end
return 1
