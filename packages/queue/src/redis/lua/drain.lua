-- ARGV: whether the delayed go too. One slice of 200; answers how many and whether there is more.
local left, done = 200, 0
local function take(ids)
  local recs, xs = {}, {}
  if #ids > 0 then recs, xs = call('HMGET', J, unpack(ids)), call('HMGET', X, unpack(ids)) end
  for i, rec in ipairs(recs) do
    local x = xs[i]
    local flags = byte(rec, 17)
    announce('m', ids[i])
    if flags % 8 >= 4 then call('ZREM', base .. 'ex', ids[i]) end
    if flags % 4 >= 2 then freeUnique(ids[i], rec, true) end
    if flags % 16 >= 8 then passOn('c', ids[i], rec, x) end
    if flags % 2 >= 1 and x and byte(x) % 8 >= 4 then
      local _, _, _, key = parse(rec)
      unhold(key)
    end
    gone[#gone + 1] = ids[i]
    done = done + 1
  end
end
-- All that goes before anything that becomes waiting because it goes.
local all = {}
local function gather(ids)
  for _, id in ipairs(ids) do all[#all + 1] = id end
  left = left - #ids
end
for _, key in ipairs(call('HKEYS', GA)) do
  if left == 0 then break end
  local ids = call('LPOP', base .. 'g:' .. key, left)
  if ids and #ids > 0 then
    for i, entry in ipairs(ids) do ids[i] = sub(entry, 2) end
    touch(key)
    gather(ids)
  end
end
settleLine()
for lane = 2, #KEYS do
  if left == 0 then break end
  local entries, ids = call('LPOP', KEYS[lane], left) or {}, {}
  for _, entry in ipairs(entries) do
    if byte(entry) == 64 then
      touch(sub(entry, 2)).turn = 0
    else
      ids[#ids + 1] = byte(entry) == 1 and sub(entry, 2) or entry
    end
  end
  gather(ids)
end
if ARGV[1] == '1' and left > 0 then
  local ids = call('ZRANGE', S, 0, left - 1)
  if #ids > 0 then call('ZREM', S, unpack(ids)) end
  gather(ids)
end
take(all)
saveAll()
save()
wakeForNew()
return { done, left == 0 and 1 or 0 }
