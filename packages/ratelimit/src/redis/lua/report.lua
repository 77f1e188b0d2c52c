-- Waits may be longer than 18 digits, and a zero that was rounded up may be a negative one.
local text = format('%d', now)
for i = 2, #reply, 4 do
  text = text .. format(' %d %d %.0f %.0f', reply[i], reply[i + 1], reply[i + 2] + 0, reply[i + 3] + 0)
end
