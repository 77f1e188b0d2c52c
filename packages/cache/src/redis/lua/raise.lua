-- Gives groups one new version. The hash: latest the highest version ever given, floor what every group that is not kept may have
-- had, lengths those of prefixes, and a version for each group that is kept, under its id after an equals sign.
-- KEYS[1] the hash of groups
-- ARGV[1] how many groups are kept, ARGV[2] lengths of prefixes among them, parted by commas
-- ARGV[3] a version that the new one is above, ARGV[4] channel or '', ARGV[5] beginning of the message, ARGV[6...] ids
-- returns {latest, floor, lengths}
local key = KEYS[1]
-- After a first write that takes no memory a server without memory refuses no other one.
call('HDEL', key, '')
local known = call('HMGET', key, 'latest', 'floor', 'lengths')
local version = following(max(tonumber(known[1] or 0), tonumber(ARGV[3])), micros())
local bottom, lengths = known[2] or version, known[3] or ''
for length in string.gmatch(ARGV[2], '%d+') do
  if not string.find(',' .. lengths .. ',', ',' .. length .. ',', 1, true) then
    lengths = lengths == '' and length or lengths .. ',' .. length
  end
end
call('HSET', key, 'latest', version, 'floor', bottom, 'lengths', lengths)
for i = 6, #ARGV do call('HSET', key, '=' .. ARGV[i], version) end

-- Many at a time: with every group too many a look at all of them would cost more than the groups do.
local kept = tonumber(ARGV[1])
if call('HLEN', key) - 3 > kept + floor(kept / 8) then
  local versions, groups = {}, {}
  local all = call('HGETALL', key)
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 1) == '=' then
      groups[#groups + 1] = all[i]
      versions[all[i]] = tonumber(all[i + 1])
    end
  end
  table.sort(groups, function(one, other) return versions[one] < versions[other] end)
  local spare = #groups - kept
  bottom = string.format('%016.0f', max(tonumber(bottom), versions[groups[spare]]))
  for i = 1, spare do call('HDEL', key, groups[i]) end
  call('HSET', key, 'floor', bottom)
end
announce(ARGV[4], ARGV[5], version)
return { version, bottom, lengths }
