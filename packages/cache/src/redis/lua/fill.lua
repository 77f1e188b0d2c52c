-- Stores what was loaded, each if the fence that its read left still stands.
-- KEYS    for each key its value and its fence
-- ARGV    for each key: the fence, life in ms, what the client makes of the value, its check, owner of the lease or '', channel or
--         '', beginning of the message
-- returns for each key the version; false when refused
local answers, now = {}, micros()
for i = 1, #KEYS, 2 do
  local at = (i - 1) / 2 * 7
  local fence, till, owner = fenceAt(KEYS[i + 1])
  local version = false
  if fence == ARGV[at + 1] then
    version = following(max(tonumber(versionAt(KEYS[i])), tonumber(fence)), now)
    call('SET', KEYS[i], valueOf(version, ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], now), 'PX', ARGV[at + 2])
    if owner ~= '' and owner == ARGV[at + 5] then call('SET', KEYS[i + 1], fence, 'KEEPTTL') end
    announce(ARGV[at + 6], ARGV[at + 7], version)
  end
  answers[(i + 1) / 2] = version
end
return answers
