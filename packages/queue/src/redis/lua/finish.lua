-- The end of a job, whatever its end: done `d`, dead `f`, cancelled `c`. Tells who waits for the result, frees the unique
-- key, passes on along flow edges, and leaves what is kept.
local ended = { d = {}, f = {}, c = {} }
local gone = {}

-- Who waits for results: `r`, per job the processes that asked, 12 letters each. Mostly empty.
local R = base .. 'r'
local waited

local function announce(kind, id, x, reason)
  if waited == nil then waited = call('EXISTS', R) == 1 end
  local who = waited and call('HGET', R, id)
  if not who then return end
  call('HDEL', R, id)
  local payload = x and part(x, kind == 'd' and 'R' or 'E')
  local message = 'r' .. write('>c1Bc0BI4c0', kind, #id, id, payload and 1 or 0, #(payload or ''), payload or '') .. (reason or '')
  for at = 1, #who, 12 do call(PUBLISH, base .. 'n:' .. sub(who, at, at + 11), message) end
end

finish = function(kind, id, rec, x, reason)
  announce(kind, id, x, reason)
  note(kind, id, rec, x, x and part(x, kind == 'd' and 'R' or 'E'), kind ~= 'd' and reason or nil)
  tally(kind == 'd' and 'D' or kind == 'f' and 'F' or 'C', 1)
  local kept = (kind == 'f' and deadCount or keepCount) ~= 0
  if kept then
    local list = ended[kind]
    local n = #list
    list[n + 1], list[n + 2] = stamp(), id
  else
    gone[#gone + 1] = id
  end
  -- What follows from it comes after it.
  local flags = rec and byte(rec, 17) or 0
  if flags % 8 >= 4 then call('ZREM', base .. 'ex', id) end
  if flags % 4 >= 2 then seldom('freeUnique', id, rec, kind == 'c') end
  if flags % 16 >= 8 then seldom('passOn', kind, id, rec, x, reason) end
  return kept
end

-- The same of jobs of which only the ids are known: done, and nothing follows from them.
local function finishPlain(ids)
  if waited == nil then waited = call('EXISTS', R) == 1 end
  if waited or eventsMost >= 0 then
    for _, id in ipairs(ids) do finish('d', id) end
    return
  end
  tally('D', #ids)
  if keepCount == 0 then
    for _, id in ipairs(ids) do gone[#gone + 1] = id end
    return
  end
  local list = ended.d
  local n = #list
  for i, id in ipairs(ids) do
    list[n + 1], list[n + 2] = stamp(), id
    n = n + 2
  end
end

local function forget(ids)
  if #ids == 0 then return end
  if m[7] then
    local own = {}
    for i, x in ipairs(call('HMGET', X, unpack(ids))) do
      local flags = x and byte(x) or 0
      if flags % 16 >= 8 then own[#own + 1] = base .. 'o:' .. ids[i] end
      if flags % 32 >= 16 then own[#own + 1] = base .. 'l:' .. ids[i] end
    end
    if #own > 0 then call('UNLINK', unpack(own)) end
    seldom('leaveFlows', ids)
  end
  call('HDEL', J, unpack(ids))
  call('HDEL', X, unpack(ids))
  tally('R', #ids)
end

-- Counts and ages of what is kept, a slice each. `m.r` is the first instant at which something may be too old.
local function trim(kind, count, age)
  local key = base .. kind
  if count >= 0 then
    local over = call('ZCARD', key) - count
    if over > 0 then
      local last = math.min(over, 500) - 1
      local ids = call('ZRANGE', key, '0', last)
      call('ZREMRANGEBYRANK', key, '0', last)
      forget(ids)
    end
  end
  if age < 0 then return nil end
  if not m[8] or now >= tonumber(m[8]) then
    local ids = call('ZRANGEBYSCORE', key, '-inf', '(' .. now - age + 1, 'LIMIT', 0, 500)
    if #ids > 0 then
      call('ZREM', key, unpack(ids))
      forget(ids)
    end
  end
end

local function leave()
  while #gone > 0 do
    local ids = gone
    gone = {}
    forget(ids)
  end
end

local function retain()
  leave()
  local aged = not m[8] or now >= tonumber(m[8])
  local fresh = ended
  ended = { d = {}, f = {}, c = {} }
  for kind, list in pairs(fresh) do
    if #list > 0 then addAll(base .. kind, list) end
    if #list > 0 or aged then
      if kind == 'f' then trim(kind, deadCount, deadAge) else trim(kind, keepCount, keepAge) end
    end
  end
  -- Those that have died of one that was let go.
  for kind, list in pairs(ended) do addAll(base .. kind, list) end
  ended = { d = {}, f = {}, c = {} }
  leave()
  if not aged then return end
  local over = call('ZRANGEBYSCORE', base .. 'uz', '-inf', now, 'LIMIT', 0, 500)
  if #over > 0 then
    call('HDEL', base .. 'u', unpack(over))
    call('ZREM', base .. 'uz', unpack(over))
  end
  local next = now + 60000
  for _, kind in ipairs({ 'd', 'c', 'f' }) do
    local age = kind == 'f' and deadAge or keepAge
    local first = age >= 0 and call('ZRANGE', base .. kind, 0, 0, 'WITHSCORES')
    if age >= 0 then
      local at = (first[2] and floor(tonumber(first[2])) or now) + age
      if at < next then next = at end
    end
  end
  local ends = call('ZRANGE', base .. 'uz', 0, 0, 'WITHSCORES')[2]
  if ends then next = math.min(next, math.max(floor(tonumber(ends)), now + 1000)) end
  m[8] = next
  call('ZREMRANGEBYSCORE', GR, '-inf', now - EPOCH)
  -- Idle workers look at least once in the longest lease: who has not for so long is no more.
  call('ZREMRANGEBYSCORE', base .. 'z', '-inf', now - 3660000)
  call('HSET', M, 'r', next)
end
