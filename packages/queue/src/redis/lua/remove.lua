-- ARGV: id.
local id = ARGV[1]
local rec = call('HGET', J, id)
if not rec then return { 'missing' } end
local where, x = stateOf(id)
if where == 'active' then return { 'active' } end
erase(id, where, rec, x)
saveAll()
save()
wakeForNew()
return { 'removed' }
