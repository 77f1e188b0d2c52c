-- Reads a piece of a value.
-- KEYS[1]   key
-- ARGV      the words of the command before the key, with blanks between; the words after it
local words = {}
for word in string.gmatch(ARGV[1], '%S+') do words[#words + 1] = word end
words[#words + 1] = KEYS[1]
for i = 2, #ARGV do words[#words + 1] = ARGV[i] end
return redis.call(unpack(words))
