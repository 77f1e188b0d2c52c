-- Every script of a shard begins with this. KEYS[1] is `{tag}:m`, the others are the lists of the lanes; all other keys are
-- made from the first, so that they share its slot and the key prefix of the client.
local M = KEYS[1]
local base = string.sub(M, 1, -2)
local call, floor, byte, sub = redis.call, math.floor, string.byte, string.sub
local read, write = struct.unpack, struct.pack
-- Whole numbers are made texts by `%d` before they go to Redis, which writes out a number at the cost of half a command.
local format = string.format
local J, X, A, S, GA, GT = base .. 'j', base .. 'x', base .. 'a', base .. 's', base .. 'ga', base .. 'gt'

-- Calls with many arguments, in chunks that fit on the stack and hold the pairs of HSET and ZADD together.
local function many(command, key, args)
  local n = #args
  if n == 0 then return end
  if n <= 3998 then return call(command, key, unpack(args)) end
  for from = 1, n, 3998 do call(command, key, unpack(args, from, math.min(from + 3997, n))) end
end

-- ZADD of pairs. A sorted set begins as a list that every insertion is looked up in from the start, unless its first member is
-- long: then it is a skip list from the beginning.
local LONG = string.rep('-', 65)
local function addAll(key, pairs)
  if #pairs < 40 then return many('ZADD', key, pairs) end
  call('ZADD', key, '0', LONG)
  many('ZADD', key, pairs)
  call('ZREM', key, LONG)
end

-- A record is `added, due, flags, lane`, then by flags an expiry (4), a key (1), a unique key (2), then the caller's part.
local function parse(rec)
  local flags, lane = byte(rec, 17, 18)
  local at, expiry, key, unique = 19
  if flags % 8 >= 4 then expiry, at = read('>d', rec, at) end
  if flags % 2 >= 1 then key, at = read('>Bc0', rec, at) end
  if flags % 4 >= 2 then unique, at = read('>Bc0', rec, at) end
  return flags, lane, expiry, key, unique, at
end
