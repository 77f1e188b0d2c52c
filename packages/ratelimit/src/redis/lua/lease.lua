-- Keeps or ends the units of a lease that is still held. Before `decide`.
-- ARGV[2]   the lease;  ARGV[3] 1 to keep it for the time to live of each limit, 0 to end it
local lease, renews, changed = ARGV[2], ARGV[3] == '1', 0
for i = 1, #ops / 7 do
  local at = 7 * i - 6
  local till = renews and now + ops[at + 4] * 1000
  if ops[at] == 'c' and moveLease(KEYS[2 * i - 1], lease, till) then changed = changed + 1 end
end
