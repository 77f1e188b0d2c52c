-- Waits may be longer than 18 digits.
local text = format('%d', now)
for i = 2, #reply, 4 do text = text .. format(' %d %d %.0f %.0f', reply[i], reply[i + 1], reply[i + 2], reply[i + 3]) end
