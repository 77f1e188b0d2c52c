-- ARGV: id, words or '' for none, whether there are words. An active job is marked and everybody told; another one is cancelled.
local id = ARGV[1]
local rec = call('HGET', J, id)
if not rec then return { 'missing' } end
local where, x = stateOf(id)
if where == 'done' or where == 'dead' or where == 'cancelled' then return { 'settled' } end
local words = ARGV[3] == '1' and ARGV[2] or nil
if where == 'active' then
  local flags = byte(x)
  if flags % 2 == 0 then
    x = with(string.char(flags + 1) .. sub(x, 2), 'X', words)
    call('HSET', X, id, x)
  end
  local member = string.format('%s:%.0f', id, (read('>d', x, 14)))
  words = part(x, 'X')
  call(PUBLISH, base .. 'n', 'c' .. write('>I2c0', #member, member) .. (words and 'r' .. words or ''))
  return { 'requested' }
end
takeOut(id, where, rec, x)
x = with(unheld(x or FRESH), 'X', words)
if finish('c', id, rec, x, words) then bits[#bits + 1] = id; bits[#bits + 1] = x end
saveAll()
save()
wakeForNew()
return { 'cancelled' }
