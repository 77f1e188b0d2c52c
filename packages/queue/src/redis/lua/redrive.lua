-- ARGV: reason or '', type or '', most, lane or -1, forget, with dependents, by whom or '', whether there are ids, cursor parts
-- (first score, how many to skip, last score), then ids. Answers how many, the ids that are not there, and the next cursor.
local F = base .. 'f'
local lane, forgets, along = tonumber(ARGV[4]), ARGV[5] == '1', ARGV[6] == '1'
local done, missing = 0, {}

local function again(id, rec, x)
  call('ZREM', F, id)
  local flags, _, leases, _, mark = read('>BI4I4I4d', x)
  flags = flags % 32 >= 16 and 16 or 0
  if byte(x) % 16 >= 8 then
    if forgets then call('UNLINK', base .. 'o:' .. id) else flags = flags + 8 end
  end
  local history = part(x, 'V') or ''
  x = write('>BI4I4I4d', flags, 0, leases, 0, mark) .. sub(x, 22)
  x = with(with(with(x, 'X'), 'D', write('>d', now)), 'V', history .. write('>dBc0', now, #ARGV[7], ARGV[7]))
  bits[#bits + 1] = id
  bits[#bits + 1] = x
end

local chosen, order, named = {}, {}, {}
local function choose(id, rec, x)
  if chosen[id] then return end
  if lane >= 0 then
    rec = sub(rec, 1, 17) .. string.char(lane) .. sub(rec, 19)
    call('HSET', J, id, rec)
  end
  chosen[id] = rec
  order[#order + 1] = id
  again(id, rec, x)
  if byte(rec, 17) % 16 < 8 then return end
  local E, node = nodeOf(rec)
  call('HDEL', E, 's' .. node)
  local next = along and call('HGET', E, 'd' .. node) or ''
  for at = 1, #next, 3 do
    local other = call('HGET', E, 'i' .. read('>I2', next, at))
    local bits = call('ZSCORE', F, other) and call('HGET', X, other)
    if bits and part(bits, 'X') == 'dependency' then choose(other, call('HGET', J, other), bits) end
  end
end

-- Once none of them counts as ended any more. One that nothing can unblock is dead again, and those that wait for its success with it:
-- as soon as all of them wait.
local function startAll()
  saveBits()
  local lost = {}
  for _, id in ipairs(order) do
    local rec = chosen[id]
    local flags, own, _, key = parse(rec)
    local unmet, E, node = '', nil, nil
    if flags % 16 >= 8 then unmet, E, node = unmetEdges(rec) end
    local broken = false
    for at = 1, #unmet, 3 do
      if call('HEXISTS', J, call('HGET', E, 'i' .. read('>I2', unmet, at))) == 0 then broken = true end
    end
    if broken then lost[#lost + 1] = id end
    if #unmet > 0 then
      call('HSET', B, id, (call('HGET', E, 't' .. node) or write('>Bd', 0, 0)) .. unmet)
      -- Its time is that of its record, which is another one when its edges are met.
      call('HSET', X, id, with(call('HGET', X, id), 'D'))
      call('HSET', J, id, sub(rec, 1, 8) .. write('>d', now) .. sub(rec, 17))
    else
      wait(id, own, key)
    end
  end
  for _, id in ipairs(lost) do
    if call('HDEL', B, id) == 1 then
      local x = with(call('HGET', X, id), 'X', 'dependency')
      if finish('f', id, call('HGET', J, id), x, 'dependency') then call('HSET', X, id, x) end
    end
  end
  for i = 2, #ended.f, 2 do if named[ended.f[i]] then done = done - 1 end end
  for _, id in ipairs(gone) do if named[id] then done = done - 1 end end
end

local function redrive(id)
  named[id] = true
  choose(id, call('HGET', J, id), call('HGET', X, id))
  done = done + 1
end

local cursor = {}
if ARGV[8] == '1' then
  for i = 12, #ARGV do
    local id = ARGV[i]
    if call('ZSCORE', F, id) or chosen[id] then redrive(id) else missing[#missing + 1] = id end
  end
else
  local most, from, skip = tonumber(ARGV[3]), ARGV[9], tonumber(ARGV[10])
  local last = ARGV[11] == '' and (call('ZRANGE', F, -1, -1, 'WITHSCORES')[2] or '0') or ARGV[11]
  local slice = math.min(most, 100)
  local found = call('ZRANGEBYSCORE', F, from == '' and '-inf' or from, last, 'WITHSCORES', 'LIMIT', skip, slice)
  for i = 1, #found, 2 do
    local id, score = found[i], found[i + 1]
    local rec, x = call('HGET', J, id), call('HGET', X, id)
    if score ~= from then from, skip = score, 0 end
    -- It may have gone back along with another one.
    if (ARGV[1] == '' or part(x, 'X') == ARGV[1]) and (ARGV[2] == '' or typeOf(rec) == ARGV[2]) then
      redrive(id)
    elseif not chosen[id] then
      skip = skip + 1
    end
  end
  if #found == 2 * slice and slice > 0 then cursor = { from, tostring(skip), last } end
end
startAll()
saveAll()
save()
if done > 0 then wakeOne() end
return { done, missing, cursor }
