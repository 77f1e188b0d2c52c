-- Prolongs the lease of a load that goes on, where its owner still has it. The fence lives no longer by that, and with it the
-- lease ends.
-- KEYS[1] the fence
-- ARGV[1] the owner, ARGV[2] for how long from now, in ms
-- returns 1; 0 where another has it by now, or the fence is gone or a new one
local fence, till, owner = fenceAt(KEYS[1])
if owner == '' or owner ~= ARGV[1] then return 0 end
till = max(till, micros() + ARGV[2] * 1000)
call('SET', KEYS[1], string.format('%s %016.0f %s', fence, till, owner), 'KEEPTTL')
return 1
