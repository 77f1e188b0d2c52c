-- The usual call, answered before the rest of the program is even set up: gcra limits that are all enforced and do not
-- escalate, with times that are whole microseconds. Says in one breath what `gcra`, `decide` and `charge` say, and leaves to
-- them what is not so usual after all: nothing is written then, and foreign data under a key is theirs to name.
-- ops       four values a limit: units, the limit, the window in ms, the capacity
-- before    how many of KEYS belong to others
-- free      whether none of its keys is known to be blocked
-- returns   four numbers a limit, with a blank before each, or nil
local function plain(ops, before, free)
  local count, allowed, aheads = #ops / 4, true, {}
  for i = 1, count do
    local cost, limit, burst = ops[4 * i - 3], ops[4 * i - 2], ops[4 * i]
    local interval, ahead = ops[4 * i - 1] * 1000 / limit, 0
    local text = ask('GET', KEYS[before + 2 * i - 1])
    if text then
      ahead = #text == 16 and tonumber(text)
      if ahead then ahead = ahead > now and ahead - now or 0 end
    end
    if not ahead or interval * cost % 1 ~= 0 or interval * burst > 1e15 then return nil end
    if not free and ask('EXISTS', KEYS[before + 2 * i]) ~= 0 then return nil end
    if cost > burst or ahead + interval * (cost - burst) > (interval < 1000 and interval * 0.001000001 or 1.000001) then
      allowed = false
    end
    aheads[i] = ahead
  end
  local reply = ''
  for i = 1, count do
    local cost, limit, burst, ahead = ops[4 * i - 3], ops[4 * i - 2], ops[4 * i], aheads[i]
    local interval = ops[4 * i - 1] * 1000 / limit
    local slack = interval < 1000 and interval * 0.001000001 or 1.000001
    local answer, wait = 1, 0
    if allowed then
      if cost > 0 then
        ahead = ahead + interval * cost
        write('SET', KEYS[before + 2 * i - 1], format('%d', now + ahead), 'PXAT', format('%d', ceil((now + ahead) / 1000)))
      end
    else
      local over = ahead + interval * (cost - burst) - slack
      if cost > burst then answer, wait = 0, -1
      elseif over > 0 then answer, wait = 0, ceil(over / 1000) end
    end
    local left = floor((interval * burst - ahead + slack) / interval)
    reply = reply .. format(' %d %d %d %d', answer, left > 0 and left or 0, ceil((ahead - slack) / 1000), wait)
  end
  return reply
end
