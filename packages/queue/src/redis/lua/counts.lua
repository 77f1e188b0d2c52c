-- Counts of one instant: all records, then blocked, delayed, active, done, dead, cancelled; paused; totals; per lane the oldest record.
local answer = { now, call('HLEN', J), call('HLEN', base .. 'b') }
for kind in string.gmatch('sadfc', '.') do answer[#answer + 1] = call('ZCARD', base .. kind) end
answer[#answer + 1] = paused and 1 or 0
for _, total in ipairs(call('HMGET', M, 'A', 'D', 'F', 'C', 'N', 'L')) do answer[#answer + 1] = tonumber(total or 0) end
local oldest = {}
for lane = 2, #KEYS do
  local head = call('LINDEX', KEYS[lane], 0)
  local id = head and (byte(head) == 64 and sub(call('LINDEX', base .. 'g:' .. sub(head, 2), 0) or '', 2) or byte(head) == 1 and sub(head, 2) or head)
  local rec = id and call('HGET', J, id)
  local x = rec and call('HGET', X, id)
  oldest[lane - 1] = rec and (x and part(x, 'D') or sub(rec, 9, 16)) or false
end
answer[#answer + 1] = oldest
return answer
