-- Takes a job and all that is of it away; whoever waits for it is told that there is none.
local function erase(id, where, rec, x)
  if where == 'done' or where == 'dead' or where == 'cancelled' then
    call('ZREM', base .. (where == 'done' and 'd' or where == 'dead' and 'f' or 'c'), id)
    if rec and byte(rec, 17) % 4 >= 2 then freeUnique(id, rec, true) end
  else
    takeOut(id, where, rec, x)
    local flags = byte(rec, 17)
    announce('m', id)
    if flags % 8 >= 4 then call('ZREM', base .. 'ex', id) end
    if flags % 4 >= 2 then freeUnique(id, rec, true) end
    if flags % 16 >= 8 then passOn('c', id, rec, x) end
  end
  gone[#gone + 1] = id
end

local function saveAll()
  place()
  saveBits()
  retain()
  saveNew()
  place()
  saveKeys()
end
