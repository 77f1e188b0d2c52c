-- ARGV: 1 pause, 0 resume. Everybody is told.
call('HSET', M, 'p', ARGV[1])
if shard == 0 then note(ARGV[1] == '1' and 'P' or 'U', '') end
saveEvents()
call(PUBLISH, base .. 'n', ARGV[1] == '1' and 'p' or 'u')
if ARGV[1] ~= '1' then wakeAll() end
return {}
