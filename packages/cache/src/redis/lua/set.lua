-- Stores values whatever there is, and takes the fences of loads under way.
-- KEYS    for each key its value and its fence; then the hash of groups, where its latest version is asked for
-- ARGV[1] how long a fence stands, in ms
-- ARGV    then for each key: life in ms, what the client makes of the value, its check, the version to store over or '', channel
--         or '', beginning of the message
-- returns for each key the version, false when refused; then the latest version of the groups, '' where there is none
local answers, count = {}, math.floor(#KEYS / 2)
for i = 1, 2 * count, 2 do
  local arg = (i - 1) / 2 * 6 + 2
  local over, channel = ARGV[arg + 3], ARGV[arg + 4]
  local version = false
  if over == '' or redis.pcall('GETRANGE', KEYS[i], 0, 15) == over then
    -- A new fence first: every load under way is refused.
    local fence = redis.pcall('SET', KEYS[i + 1], format('%016.0f', now), 'PX', ARGV[1], 'GET')
    local above = type(fence) == 'string' and tonumber(sub(fence, 1, 16)) or 0
    if type(fence) == 'table' and not string.find(fence.err, 'WRONGTYPE', 1, true) then return fence end
    local number
    version, number = store(KEYS[i], above, ARGV[arg], ARGV[arg + 1], ARGV[arg + 2])
    if not version then return number end
    if number > now or type(fence) == 'table' then call('SET', KEYS[i + 1], version, 'PX', ARGV[1]) end
    if channel ~= '' then call('PUBLISH', channel, ARGV[arg + 5] .. version) end
  end
  answers[(i + 1) / 2] = version
end
if #KEYS > 2 * count then answers[count + 1] = call('HGET', KEYS[#KEYS], 'latest') or '' end
return answers
