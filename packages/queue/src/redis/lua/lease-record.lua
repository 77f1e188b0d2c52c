-- `once` and `log` under a lease. ARGV: what (o read, w write unless there is, l line), id, fence, name or line, value.
local what, id = ARGV[1], ARGV[2]
local ends = call('ZSCORE', A, id .. ':' .. ARGV[3])
if not ends or tonumber(ends) <= now then return { 'lost' } end
local x = call('HGET', X, id)
local function mark(flag)
  call('HSET', M, 'e', 1)
  if floor(byte(x) / flag) % 2 == 0 then call('HSET', X, id, string.char(byte(x) + flag) .. sub(x, 2)) end
end
if what == 'l' then
  mark(16)
  call('RPUSH', base .. 'l:' .. id, ARGV[4])
  call('LTRIM', base .. 'l:' .. id, -100, -1)
  return { 'recorded' }
end
if what == 'w' then
  mark(8)
  call('HSETNX', base .. 'o:' .. id, ARGV[4], ARGV[5])
end
local value = call('HGET', base .. 'o:' .. id, ARGV[4])
if value then return { 'recorded', value } end
return { 'absent' }
