-- Appends an entry when it is the next one.
-- KEYS      list of entries; set of jobs
-- ARGV      its number, from 1; the entry; the job
-- returns   -1 when it is appended, else the number of the last entry
local last = redis.call('LLEN', KEYS[1])
if last + 1 ~= tonumber(ARGV[1]) then return last end
redis.call('RPUSH', KEYS[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[3])
return -1
