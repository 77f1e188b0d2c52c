-- One round of one breaker: tells how it stands, hears how the fleet stands. Everything here expires by itself.
-- KEYS[1]  live    zset  instance -> last seen (epoch ms of Redis, as all times here)
-- KEYS[2]  votes   zset  instance -> end of the wait that it votes for
-- KEYS[3]  probes  zset  '<number>:<instance>' -> end of the lease
-- KEYS[4]  open    text  end of the wait of the fleet; outlives it until somebody has had time to probe
-- KEYS[5]  epoch   count of recoveries
-- ARGV[1]  instance
-- ARGV[2]  ms of silence after which a member is gone
-- ARGV[3]  least votes of a quorum        ARGV[4]  share of the members that a quorum is
-- ARGV[5]  members there are at least, whatever the data says: for the first while after it was lost
-- ARGV[6]  'stay', 'recovered' (has closed by its probes) or 'leave'
-- ARGV[7]  ms of its own wait that are left, 0 is no vote      ARGV[8]  1: that wait began with failed probes
-- ARGV[9]  leases it wants to hold        ARGV[10] leases there may be
-- ARGV[11] ms of a lease                  ARGV[12] ms that are left of its half-open period, 0 when it sends no probes
-- ARGV[13] epoch that it remembers
-- returns  members, votes, ms the fleet stays open, epoch, leases held, ms that are left of them,
--          1 when the instance was not known, 1 when this round opened the fleet, 1 until the fleet has recovered
local live, votes, probes, open, epoch = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local me, ttl = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

redis.call('ZREMRANGEBYSCORE', live, '-inf', now - ttl)
redis.call('ZREMRANGEBYSCORE', votes, '-inf', now)
redis.call('ZREMRANGEBYSCORE', probes, '-inf', now)

-- The first to recover tells all; who comes after it, or tells it again, has nothing new to say.
if ARGV[6] == 'recovered' and tonumber(redis.call('GET', epoch) or 0) <= tonumber(ARGV[13]) then
  redis.call('DEL', votes, probes, open)
  redis.call('INCR', epoch)
end

local want, others, kept = tonumber(ARGV[9]), 0, 0
if ARGV[6] == 'leave' then want = 0 end
for _, lease in ipairs(redis.call('ZRANGE', probes, 0, -1)) do
  local number, holder = string.match(lease, '^(%d+):(.*)$')
  if holder ~= me then
    others = others + 1
  elseif tonumber(number) > want then
    redis.call('ZREM', probes, lease)
  else
    kept = kept + 1
  end
end

if ARGV[6] == 'leave' then
  redis.call('ZREM', live, me)
  redis.call('ZREM', votes, me)
  return {}
end

local isNew = redis.call('ZADD', live, now, me) == 1
local wait = tonumber(ARGV[7])
if wait > 0 then redis.call('ZADD', votes, now + wait, me) else redis.call('ZREM', votes, me) end
for _, gone in ipairs(redis.call('ZDIFF', 2, votes, live)) do redis.call('ZREM', votes, gone) end

-- Who is new may be new because the data was lost: then those who were here are not all back, and a few votes look like many.
local cast = redis.call('ZCARD', votes)
local members = redis.call('ZCARD', live)
local quorum = math.max(tonumber(ARGV[3]), math.ceil(tonumber(ARGV[4]) * math.max(members, tonumber(ARGV[5])) - 1e-9))
local till = tonumber(redis.call('GET', open) or 0)
local wasOpen = till > now
if not isNew and cast >= quorum then
  till = math.max(till, tonumber(redis.call('ZRANGE', votes, -1, -1, 'WITHSCORES')[2]))
end
-- The probes of the whole fleet have failed: it goes on waiting as a whole.
if till > 0 and ARGV[8] == '1' then till = math.max(till, now + wait) end
local isOpen = till > now

local lease, probing = tonumber(ARGV[11]), tonumber(ARGV[12])
local lingers = till + lease + ttl - now
if till > 0 and lingers > 0 then
  redis.call('SET', open, till, 'PX', math.min(lingers, 10 * ttl))
elseif till > 0 then
  redis.call('DEL', open)
end

local held, left = 0, 0
local room = tonumber(ARGV[10]) - others - kept
for number = 1, want do
  local name = number .. ':' .. me
  local ends = tonumber(redis.call('ZSCORE', probes, name) or 0)
  if ends == 0 and (room <= 0 or (isOpen and probing == 0)) then break end
  if ends == 0 then room = room - 1 end
  if probing > 0 then ends = now + probing elseif ends == 0 then ends = now + lease end
  redis.call('ZADD', probes, ends, name)
  held = number
  left = left == 0 and ends - now or math.min(left, ends - now)
end

for _, key in ipairs({ live, votes, probes, epoch }) do redis.call('PEXPIRE', key, 10 * ttl) end
return {
  members, cast, isOpen and till - now or 0, tonumber(redis.call('GET', epoch) or 0), held, left,
  isNew and 1 or 0, (isOpen and not wasOpen) and 1 or 0, (till > 0 and lingers > 0) and 1 or 0,
}
