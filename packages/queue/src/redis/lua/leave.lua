-- ARGV: worker. It is idle no more and its last reply is forgotten; what it might have been told somebody else is told.
call('ZREM', Z, ARGV[1])
call('DEL', base .. 'k:' .. ARGV[1])
if anyWaits() then wakeOne() end
return {}
