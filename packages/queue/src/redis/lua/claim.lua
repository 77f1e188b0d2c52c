-- ARGV: name, ms. 1 for the first who comes, until that time is over.
local key = base .. 'cl:' .. ARGV[1]
local ends = call('GET', key)
if ends and tonumber(ends) > now then return { 0 } end
call('SET', key, now + ARGV[2], 'PX', ARGV[2])
return { 1 }
