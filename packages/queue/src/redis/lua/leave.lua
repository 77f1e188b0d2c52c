-- ARGV: worker. It is idle no more and its last reply is forgotten; what it might have been told somebody else is told. One that was
-- idle may have been the only one who knew when to look again.
local idle = call('ZREM', Z, ARGV[1]) == 1
call('DEL', base .. 'k:' .. ARGV[1])
if idle or anyWaits() then wakeOne() end
return {}
