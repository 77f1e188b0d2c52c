-- Unique keys: `u` holds until when, when a debounce must be over, whether for its time alone (throttle), and the holder; `uz` the ends of those with
-- a time; `uf` what is to follow a holder that is active.
local U, UZ, UF = base .. 'u', base .. 'uz', base .. 'uf'

local function holdUnique(key, id, ends, throttle, first)
  call('HSET', U, key, write('>ddB', ends, first, throttle and 1 or 0) .. id)
  if ends < 0 then
    call('ZREM', UZ, key)
    return
  end
  call('ZADD', UZ, ends, key)
  -- Steps look for what is over when this one is, and once a second at most.
  local look = math.max(ends, now + 1000)
  if m[8] and look < tonumber(m[8]) then
    m[8] = look
    call('HSET', M, 'r', look)
  end
end

-- Whoever adds keys that end forgets as many that have: they go as fast as they come, with and without steps.
local function forgetEnded(most)
  local over = call('ZRANGEBYSCORE', UZ, '-inf', now, 'LIMIT', 0, most)
  if #over == 0 then return end
  call('HDEL', U, unpack(over))
  call('ZREM', UZ, unpack(over))
end

local function holderOf(key)
  local v = call('HGET', U, key)
  if not v then return nil end
  local ends, first, throttle = read('>ddB', v)
  if ends >= 0 and ends <= now then
    call('HDEL', U, key)
    call('ZREM', UZ, key)
    return nil
  end
  return sub(v, 18), first, throttle == 1, ends
end

-- A job with a unique key has ended; a throttle goes on, unless the job was taken away or cancelled by hand.
local function freeUnique(id, rec, byHand)
  local _, _, _, _, key = parse(rec)
  local v = call('HGET', U, key)
  local own = v and sub(v, 18) == id
  if own and (byHand or byte(v, 17) == 0) then
    call('HDEL', U, key)
    call('ZREM', UZ, key)
  end
  local follow = call('HGET', UF, id)
  if not follow then return end
  call('HDEL', UF, id)
  local flags, lane, time, ttl, name, tail = read('>BBddBc0I4c0', follow)
  if name == '' then name = nextId(shard) elseif call('HEXISTS', J, name) == 1 then return end
  -- Whoever has taken the key in the meantime keeps it.
  if not holderOf(key) then holdUnique(key, name, ttl >= 0 and now + ttl or -1, false, -1) end
  insert(name, flags, lane, time, tail)
  if tell then tell('a', name, put[#put], FRESH) end
  saveNew()
end
