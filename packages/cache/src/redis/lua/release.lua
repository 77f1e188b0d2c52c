-- Gives up the lease of a load that failed; its fence stays.
-- KEYS[1] the fence
-- ARGV[1] the owner
local fence, _, owner = fenceAt(KEYS[1])
if owner == ARGV[1] then call('SET', KEYS[1], fence, 'KEEPTTL') end
