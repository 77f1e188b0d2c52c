-- Reads values in the form in which another server takes them, until that is enough at a time.
-- KEYS      keys
-- ARGV      how many bytes are enough
-- returns   for each key that was read: its value, nothing when there is none; the moment at which it ends, -1 for never
local rows, bytes = {}, 0
for i = 1, #KEYS do
  local value = redis.call('DUMP', KEYS[i])
  rows[i] = { value, value and string.format('%.0f', expiry(KEYS[i])) or '-1' }
  bytes = bytes + (value and #value or 0)
  if bytes >= tonumber(ARGV[1]) then break end
end
return rows
