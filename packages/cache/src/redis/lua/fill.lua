-- Stores what was loaded, each if the fence that its read left still stands.
-- KEYS    for each key its value and its fence
-- ARGV    for each key: the fence, life in ms, what the client makes of the value, its check, owner of the lease or '', channel or
--         '', beginning of the message
-- returns for each key the version; false when refused
local answers = {}
for i = 1, #KEYS, 2 do
  local arg = (i - 1) / 2 * 7 + 1
  local state, fence = redis.pcall('GET', KEYS[i + 1]), ARGV[arg]
  local version = false
  if type(state) == 'string' and sub(state, 1, 16) == fence then
    local failure
    version, failure = store(KEYS[i], tonumber(fence) or 0, ARGV[arg + 1], ARGV[arg + 2], ARGV[arg + 3])
    if not version then return failure end
    local owner, channel = ARGV[arg + 4], ARGV[arg + 5]
    -- A fence while somebody loads for all nodes: see `fence`.
    if owner ~= '' and sub(state, 35) == owner then call('SET', KEYS[i + 1], fence, 'KEEPTTL') end
    if channel ~= '' then call('PUBLISH', channel, ARGV[arg + 6] .. version) end
  end
  answers[(i + 1) / 2] = version
end
return answers
