-- ARGV: reason or '', type or '', older than in ms or -1, then ids; without ids by the filter, a slice of 200.
local done, more = 0, 0
local function fits(rec, x)
  if ARGV[1] ~= '' and part(x, 'X') ~= ARGV[1] then return false end
  return ARGV[2] == '' or typeOf(rec) == ARGV[2]
end
if #ARGV > 4 or ARGV[4] == '1' then
  for i = 5, #ARGV do
    if call('ZSCORE', base .. 'f', ARGV[i]) then
      erase(ARGV[i], 'dead', call('HGET', J, ARGV[i]))
      done = done + 1
    end
  end
else
  local last = tonumber(ARGV[3]) >= 0 and '(' .. now - ARGV[3] + 1 or '+inf'
  local from = 0
  while done < 200 do
    local ids = call('ZRANGEBYSCORE', base .. 'f', '-inf', last, 'LIMIT', from, 200)
    if #ids == 0 then break end
    local recs, xs = call('HMGET', J, unpack(ids)), call('HMGET', X, unpack(ids))
    for i, id in ipairs(ids) do
      if fits(recs[i], xs[i]) then
        erase(id, 'dead', recs[i])
        done = done + 1
      else
        from = from + 1
      end
    end
    if from >= 2000 and done == 0 then break end
  end
  if done >= 200 then more = 1 end
end
saveAll()
save()
wakeForNew()
return { done, more }
