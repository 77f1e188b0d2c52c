-- Runs a command that writes one key, unless the term of the writer is too old; marks the key where changes are captured.
-- KEYS      the key; guard
-- ARGV      partitions of the writer, separated by commas; what it takes for the term of each; what stands before the name of a move
--           in the key of its marks;
--           how many keys a capture that goes on for a while may mark; how many words of the command stand before the key; these;
--           the words after it
-- returns   what the command returns, its error as well; XCFENCED with partition, lowest term and term instead
local terms = string.gmatch(ARGV[2], '%d+')
for partition in string.gmatch(ARGV[1], '%d+') do
  local known, term = terms(), redis.call('HGET', KEYS[2], partition .. ':term')
  if term and tonumber(known) < tonumber(term) then
    return redis.error_reply('XCFENCED ' .. partition .. ' ' .. term .. ' ' .. known)
  end
end

local function mark(one)
  local marks = ARGV[3] .. one.move
  redis.call('SADD', marks, KEYS[1])
  if not one.till then return true end
  if redis.call('SCARD', marks) > tonumber(ARGV[4]) then
    redis.call('UNLINK', marks)
    return false
  end
  if redis.call('PTTL', marks) < 0 then redis.call('PEXPIREAT', marks, string.format('%.0f', 2 * one.till - now())) end
  return true
end

for partition in string.gmatch(ARGV[1], '%d+') do
  local list, kept = captures(KEYS[2], partition), {}
  for _, one in ipairs(list) do
    if not one.till or one.till > now() then
      if mark(one) then kept[#kept + 1] = one end
    end
  end
  if #kept < #list then keepCaptures(KEYS[2], partition, kept) end
end
local before, words = tonumber(ARGV[5]), {}
for i = 1, before do words[i] = ARGV[5 + i] end
words[before + 1] = KEYS[1]
for i = 6 + before, #ARGV do words[#words + 1] = ARGV[i] end
return redis.pcall(unpack(words))
