-- Takes a lock that nobody holds.
-- KEYS[1]  the lock: the owner, for as long as the lease
-- KEYS[2]  its fence
-- ARGV     owner, ttl in ms, how long the fence is kept in ms
-- returns  the fence as text, or { ms until the lock runs out }
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return { redis.call('PTTL', KEYS[1]) }
end
return nextFence(KEYS[2], ARGV[3])
