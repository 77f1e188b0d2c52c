-- One page of the keys of a database. A cursor means nothing to another server, nor to this one after a restart.
-- ARGV      cursor; pattern; how many at a time, about
-- returns   what names the running server; next cursor; keys
local server = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
local page = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
return { server, page[1], page[2] }
