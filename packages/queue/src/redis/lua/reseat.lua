-- After other limits: gives and takes back turns of keys, a slice. ARGV: cursor. Answers the next cursor.
local found = call('HSCAN', GA, ARGV[1], 'COUNT', 100)
for i = 1, #found[2], 2 do touch(found[2][i]) end
settleLine()
saveKeys()
if found[1] == '0' then wakeAll() end
return { found[1] }
