-- Reads the values of keys, and leaves fences where they are wanted. What most calls do comes first, and without a function: to
-- make one costs as much as to call it.
-- KEYS    for each key its value and its fence
-- ARGV[1] for how long a fence stands, in ms
-- ARGV    then for each key: 0: no fence, 1: a fence unless the value is fresh, 2: a fence in any case; the version the reader
--         has, or ''; who asks for the lease, or ''; for how long, in ms
-- returns for each key {what, left, grace, fence, held}: what is the value, 1 where it has the version the reader has, or nil;
--         left and grace are ms, left is -3 where something else stands there; fence, '' where none is given, and held, the ms
--         for which another has the lease, or -1 where another had it and its time was up, are left out where no fence is wanted
local answers, claim = {}, nil
for i = 1, #KEYS, 2 do
  local at = 2 * i
  local mode, known = ARGV[at], ARGV[at + 1]
  local value = redis.pcall('GET', KEYS[i])
  local left, grace = -2, 0
  if type(value) == 'string' then
    left = redis.call('PTTL', KEYS[i])
    if #value >= 136 then grace = struct.unpack('>d', value, 63) end
    if known ~= '' and string.sub(value, 1, 16) == known then value = 1 end
  elseif value then
    value, left = false, -3
  end
  local answer = { value, left, grace }
  if mode == '2' or mode == '1' and left <= grace then
    claim = claim or claiming()
    local failure = claim(answer, KEYS[i], KEYS[i + 1], ARGV[at + 2], tonumber(ARGV[at + 3]) or 0)
    if failure then return failure end
  end
  answers[(i + 1) / 2] = answer
end
return answers
