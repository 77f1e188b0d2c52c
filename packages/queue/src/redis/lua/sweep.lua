-- Leases that have ended, oldest first: back to the front, or dead as poison, or cancelled if they were to be.
local aside = {}

tell = function(what, id, rec, x)
  local n = #aside
  aside[n + 1], aside[n + 2], aside[n + 3], aside[n + 4] = what, id, rec, x
end

local function sweep(mostLost)
  local members = call('ZRANGEBYSCORE', A, '-inf', nowText, 'LIMIT', '0', '100')
  if #members == 0 then return end
  call('ZREM', A, unpack(members))
  local leases, ids = {}, {}
  for i, member in ipairs(members) do
    local id, mark = string.match(member, '^(.*):(%d+)$')
    leases[i] = { id, tonumber(mark) }
  end
  table.sort(leases, function(one, other) return one[2] < other[2] end)
  for i, lease in ipairs(leases) do ids[i] = lease[1] end
  local recs, xs = call('HMGET', J, unpack(ids)), call('HMGET', X, unpack(ids))
  tally('L', #ids)
  for i, id in ipairs(ids) do
    local rec, x = recs[i], xs[i]
    local flags, failures, count, lost, mark = read('>BI4I4I4d', x)
    local _, lane, _, key = parse(rec)
    local k = key and touch(key)
    if k then k.live = k.live - 1 end
    lost = lost + 1
    x = write('>BI4I4I4d', flags, failures, count, lost, mark) .. sub(x, 22)
    tell('l', id, rec, x)
    note('l', id, rec, x)
    if flags % 2 == 1 or lost >= mostLost then
      local kind = flags % 2 == 1 and 'c' or 'f'
      if kind == 'f' then x = with(x, 'X', 'poison') else x = string.char(flags - 1) .. sub(x, 2) end
      tell(kind, id, rec, x)
      if finish(kind, id, rec, x, part(x, 'X')) then bits[#bits + 1] = id; bits[#bits + 1] = x end
    else
      bits[#bits + 1] = id
      bits[#bits + 1] = x
      wait(id, lane, key, true)
    end
  end
end

-- Jobs that have not been started by then: `ex`, by their time. A blocked one dies when its edges are met.
local EX = base .. 'ex'
local function expire(id, rec, stands)
  local x = call('HGET', X, id)
  if stands then takeOut(id, stateOf(id), rec, x) end
  x = with(unheld(x or FRESH), 'X', 'expired')
  if finish('f', id, rec, x, 'expired') then bits[#bits + 1] = id; bits[#bits + 1] = x end
  tell('f', id, rec, x)
end

-- Behind what is due, which became waiting before what these deaths let go; `late` is of that and stands nowhere any more.
local function sweepExpired(late)
  if call('EXISTS', EX) == 0 then return end
  local ids, out = call('ZRANGEBYSCORE', EX, '-inf', format('(%d', now + 1), 'LIMIT', '0', format('%d', 100 - #late)), {}
  for _, id in ipairs(late) do
    out[id] = true
    ids[#ids + 1] = id
  end
  for _, id in ipairs(ids) do
    -- One that died of a job before it in this slice has no time any more.
    if call('ZREM', EX, id) == 1 and call('HEXISTS', base .. 'b', id) == 0 then expire(id, call('HGET', J, id), not out[id]) end
  end
end
