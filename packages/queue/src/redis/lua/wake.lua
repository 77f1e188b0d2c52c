-- Tells all idle workers.
local function wakeAll()
  local workers = call('ZRANGE', base .. 'z', 0, -1)
  if #workers == 0 then return end
  call('DEL', base .. 'z')
  for _, worker in ipairs(workers) do call(PUBLISH, base .. 'n:' .. sub(worker, 1, 12), 'w' .. worker) end
end

-- Tells one idle worker, the one that has become idle last and is there.
local Z = base .. 'z'

local function wakeOne()
  for _ = 1, 8 do
    local worker = call('ZPOPMAX', Z)[1]
    if not worker then return false end
    if call(PUBLISH, base .. 'n:' .. sub(worker, 1, 12), 'w' .. worker) > 0 or blind then return true end
  end
end
