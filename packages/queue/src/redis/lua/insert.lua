-- Writes a new job. `frame` is what the client packs: flags, lane, time, id, tail; flags 16: the time is a delay, 32: an instant.
local put, dues = {}, {}
local digits = '0123456789abcdefghijklmnopqrstuvwxyz'
local high, highText = -1, ''

local function base36(n)
  local text = ''
  repeat
    local d = n % 36
    text = sub(digits, d + 1, d + 1) .. text
    n = (n - d) / 36
  until n == 0
  return text
end

-- `~`, then number and shard in base 36. All but the last two digits are the same for many jobs in a row.
local function nextId(shard)
  seq = seq + 1
  local n = seq * 64 + shard
  local low = n % 1296
  local top = (n - low) / 1296
  if top ~= high then high, highText = top, '~' .. (top > 0 and base36(top) or '') end
  local d = low % 36
  local c = (low - d) / 36
  return highText .. sub(digits, c + 1, c + 1) .. sub(digits, d + 1, d + 1)
end

local function dueOf(flags, time)
  if flags % 64 >= 32 then return time end
  if flags % 32 >= 16 then return now + time end
  return now
end

local function record(flags, lane, due, tail)
  local head = write('>ddBB', now, due, flags % 16, lane)
  if flags % 8 >= 4 then return head .. write('>d', now + read('>d', tail)) .. sub(tail, 9) end
  return head .. tail
end

-- Waiting or delayed.
local function start(id, flags, lane, due, tail)
  if due > now then
    dues[#dues + 1] = dueScore(due)
    dues[#dues + 1] = id
  elseif flags % 2 >= 1 then
    local key = read('>Bc0', tail, flags % 8 >= 4 and 9 or 1)
    wait(id, lane, key)
  else
    wait(id, lane)
  end
end

local function insert(id, flags, lane, time, tail)
  local due = dueOf(flags, time)
  if flags % 8 >= 4 then call('ZADD', base .. 'ex', inOrder(now + read('>d', tail)), id) end
  local rec = record(flags, lane, due, tail)
  put[#put + 1] = id
  put[#put + 1] = rec
  note('a', id, rec)
  start(id, flags, lane, due, tail)
end

local function saveNew()
  if #put > 0 then tally('A', #put / 2) end
  many('HSET', J, put)
  addAll(S, dues)
  put, dues = {}, {}
end
