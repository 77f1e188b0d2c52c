-- ARGV: a cursor. A slice of the keys whose jobs wait though they are in no lane, as others of the key run or its time has not come.
-- Answers the next cursor and, per lane, since when the oldest of their heads is due.
local page = call('HSCAN', GA, ARGV[1], 'COUNT', 250)
local oldest = {}
for lane = 1, #KEYS - 1 do oldest[lane] = false end
for i = 1, #page[2], 2 do
  local hasTurn = tonumber(page[2][i + 1]) % 16 > 0
  local entry = not hasTurn and call('LINDEX', base .. 'g:' .. page[2][i], 0)
  if entry then
    local lane, id = byte(entry) - 96, sub(entry, 2)
    local rec, x = call('HGET', J, id), call('HGET', X, id)
    local due = x and part(x, 'D') or sub(rec, 9, 16)
    if not oldest[lane] or read('>d', due) < read('>d', oldest[lane]) then oldest[lane] = due end
  end
end
return { page[1], oldest }
