-- What is in values, however this server keeps them, until that is enough at a time.
-- KEYS      keys
-- ARGV      how many bytes a value may take to be read here, and how many elements; how many bytes are enough at a time
-- returns   for each key that was read: nothing when there is none; else its kind, the moment at which it ends, -1 for never,
--           and what is in it, nothing when that has to be read piece by piece
local most, elements = tonumber(ARGV[1]), tonumber(ARGV[2])
local read = {
  string = { 'STRLEN', function(key) return { redis.call('GET', key) } end },
  list = { 'LLEN', function(key) return redis.call('LRANGE', key, 0, -1) end },
  set = { 'SCARD', function(key) return redis.call('SMEMBERS', key) end },
  zset = { 'ZCARD', function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end },
  hash = { 'HLEN', function(key) return redis.call('HGETALL', key) end },
}
local rows, bytes = {}, 0
for i = 1, #KEYS do
  local key = KEYS[i]
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then
    rows[i] = false
  else
    local how, inside, size = read[kind], false, 0
    if how then
      size = redis.call('MEMORY', 'USAGE', key) or 0
      if size <= most and (kind == 'string' or redis.call(how[1], key) <= elements) then inside = how[2](key) end
    end
    rows[i] = { kind, string.format('%.0f', expiry(key)), inside }
    if inside then bytes = bytes + size end
  end
  if bytes >= tonumber(ARGV[3]) then break end
end
return rows
