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

-- Tells somebody where there is something to take, or something was put off here that is due before what idle workers were told of. How
-- whatever may do either ends: nobody looks without need.
local function wakeForNew()
  if anyWaits() then return wakeOne() end
  if soonest == 1 / 0 then return end
  local first = call('ZRANGE', S, '0', '0', 'WITHSCORES')[2]
  if first and tonumber(first) >= soonest then wakeOne() end
end

-- Tells nobody where an idle worker of the process that calls will step right behind, with this number: it has been told there. Where
-- the step was faster, or the worker is not idle any more, somebody is told as ever.
local function wakeBehind(worker, number)
  if worker ~= '' then
    local last = call('GETRANGE', base .. 'k:' .. worker, '0', '7')
    if (last == '' or read('>d', last) < tonumber(number)) and call('ZREM', Z, worker) == 1 then return end
  end
  wakeOne()
end
