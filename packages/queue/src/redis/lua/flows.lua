-- ARGV: p and the id of a job, or f and that of a flow. Answers whether it is there, and per node name, id, state and outcome.
local E, nodes, found = nil, {}, {}
if ARGV[1] == 'p' then
  local rec = call('HGET', J, ARGV[2])
  if not rec then return { 0, found } end
  if byte(rec, 17) % 16 < 8 then return { 1, found } end
  local node
  E, node = nodeOf(rec)
  local parents = call('HGET', E, 'p' .. node) or ''
  for at = 1, #parents, 3 do nodes[#nodes + 1] = (read('>I2', parents, at)) end
else
  E = base .. 'e:' .. ARGV[2]
  local n = tonumber(call('HGET', E, 'z') or 0)
  if n == 0 then return { 0, found } end
  for i = 0, n - 1 do nodes[#nodes + 1] = i end
end
for i, node in ipairs(nodes) do
  local name, id, outcome = unpack(call('HMGET', E, 'n' .. node, 'i' .. node, 's' .. node))
  found[i] = { name, id, outcome and '' or (stateOf(id)), outcome }
end
return { 1, found }
