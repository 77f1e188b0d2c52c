-- Nothing may have been written by the time that a period turns out not to be among those that were sent.
for i = 1, #ops / 7 do
  if ops[7 * i - 6] == 'q' and not periodEnd(ops[7 * i - 2]) then return format('%d', now) end
end
