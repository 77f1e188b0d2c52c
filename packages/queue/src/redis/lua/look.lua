-- Looks at what was taken since the last look: what is to be leased, with its record. What has expired dies instead.
local marks, recs = {}, {}

local seen = 0
local function look()
  if #taken == seen then return end
  local found = call('HMGET', J, unpack(taken, seen + 1))
  for i = seen + 1, #taken do
    local id, rec = taken[i], found[i - seen]
    local flags = rec and byte(rec, 17) or 0
    if flags % 8 >= 4 and call('ZREM', EX, id) == 1 and read('>d', rec, 19) <= now then
      local _, _, _, key = parse(rec)
      local x = with(call('HGET', X, id) or FRESH, 'X', 'expired')
      if key then
        local k = touch(key)
        k.live = k.live - 1
      end
      if finish('f', id, rec, x, 'expired') then bits[#bits + 1] = id; bits[#bits + 1] = x end
      tell('f', id, rec, x)
    elseif rec then
      marks[#marks + 1] = id
      recs[#recs + 1] = rec
    end
  end
  seen = #taken
end
