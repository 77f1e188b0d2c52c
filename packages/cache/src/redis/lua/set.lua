-- Stores values whatever there is, and takes the fences of loads under way.
-- KEYS    for each key its value and its fence
-- ARGV[1] how long a fence stands, in ms
-- ARGV    then for each key: life in ms, what the client makes of the value, its check, the version to store over or '', channel
--         or '', beginning of the message
-- returns for each key the version; false when refused
local answers, now = {}, micros()
for i = 1, #KEYS, 2 do
  local at = (i - 1) / 2 * 6 + 1
  local before = versionAt(KEYS[i])
  local version = false
  if ARGV[at + 4] == '' or before == ARGV[at + 4] then
    version = raiseFence(KEYS[i + 1], before, ARGV[1], now)
    call('SET', KEYS[i], valueOf(version, ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], now), 'PX', ARGV[at + 1])
    announce(ARGV[at + 5], ARGV[at + 6], version)
  end
  answers[(i + 1) / 2] = version
end
return answers
