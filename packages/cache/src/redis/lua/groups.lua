-- Reads versions of groups.
-- KEYS[1] the hash of groups
-- ARGV    ids
-- returns {latest, floor, lengths, a version or '' for each id}
local key = KEYS[1]
local known = call('HMGET', key, 'latest', 'floor', 'lengths')
if not known[1] then
  -- Never there, evicted or flushed: which groups were raised before is not known, so all of them may have been.
  known[1] = following(0, micros())
  known[2] = known[1]
  call('HSET', key, 'latest', known[1], 'floor', known[2])
end
known[3] = known[3] or ''
for i = 1, #ARGV do known[3 + i] = call('HGET', key, '=' .. ARGV[i]) or '' end
return known
