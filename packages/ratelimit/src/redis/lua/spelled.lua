-- A usual call after all not so usual: its ops as all scripts want them.
local function spelled(ops)
  local all = {}
  for i = 1, #ops / 4 do
    local at, to = 4 * i, 7 * i
    all[to - 6], all[to - 5], all[to - 4], all[to - 3] = 'g', 1, ops[at - 3], ops[at - 2]
    all[to - 2], all[to - 1], all[to] = ops[at - 1], ops[at], 0
  end
  return all
end
