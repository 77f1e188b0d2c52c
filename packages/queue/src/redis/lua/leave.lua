-- ARGV: worker. It is idle no more and its last reply is forgotten. It may have been the only one who knew when to look again, and
-- leases that it leaves behind will end: somebody else is told.
call('ZREM', Z, ARGV[1])
call('DEL', base .. 'k:' .. ARGV[1])
wakeOne()
return {}
