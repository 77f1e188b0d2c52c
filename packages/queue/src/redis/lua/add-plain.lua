-- ADD of jobs without an id, key, unique key, expiry and delay, where nothing is due: most adds. Bound before everything else, as
-- little of it is needed. Frames: lane, tail. Remembers and answers A, the number of the first job, and how many.
local D = {}
local function digit(n)
  local text = string.char(n < 10 and 48 + n or 87 + n)
  D[n] = text
  return text
end

local function addPlain(request)
  local known = call('GET', request)
  if known then return { known, now } end
  local due = call('ZRANGE', S, '0', '0', 'WITHSCORES')[2]
  if due and tonumber(due) <= now then return nil end
  local frames, at, size = ARGV[4], 1, #ARGV[4]
  local put, lanes, heads, n, top, topText = {}, {}, {}, 0, -1, ''
  local first = seq + 1
  while at <= size do
    local lane, tail
    lane, tail, at = read('>BI4c0', frames, at)
    local ids = lanes[lane]
    if not ids then
      ids = {}
      lanes[lane], heads[lane] = ids, write('>ddBB', now, now, 0, lane)
    end
    -- All but the last two digits of an id are the same for many in a row.
    seq = seq + 1
    local number = seq * 64 + shard
    local low = number % 1296
    if number - low ~= top then
      top = number - low
      local rest, text = top / 1296, ''
      while rest > 0 do
        text = (D[rest % 36] or digit(rest % 36)) .. text
        rest = floor(rest / 36)
      end
      topText = '~' .. text
    end
    local high, last = floor(low / 36), low % 36
    local id = topText .. (D[high] or digit(high)) .. (D[last] or digit(last))
    ids[#ids + 1] = id
    put[2 * n + 1], put[2 * n + 2] = id, heads[lane] .. tail
    n = n + 1
  end
  local answer = format('A%d %d', first, n)
  many('HSET', J, put)
  for lane, ids in pairs(lanes) do many('RPUSH', KEYS[lane + 2], ids) end
  call('SET', request, answer, 'PX', ARGV[2])
  tally('A', n)
  save()
  wakeBehind(ARGV[6], ARGV[7])
  return { answer, now }
end

if ARGV[5] == '1' and eventsMost < 0 and ARGV[3] == '-1' then
  local answer = addPlain(base .. 'q:' .. ARGV[1])
  if answer then return answer end
end
