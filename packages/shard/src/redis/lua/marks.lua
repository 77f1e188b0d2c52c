-- What has changed since a capture began, of what was not acknowledged.
-- KEYS      guard; marks, those in hand
-- ARGV      partition; move; name of the capture, empty for whatever it is
-- returns   its name and the keys; nothing unless it goes on until it is told to stop
for _, one in ipairs(captures(KEYS[1], ARGV[1])) do
  if one.move == ARGV[2] and not one.till and (ARGV[3] == '' or ARGV[3] == one.name) then
    return { one.name, redis.call('SUNION', KEYS[2], KEYS[3]) }
  end
end
return false
