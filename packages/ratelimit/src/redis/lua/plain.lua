-- The usual call, answered before the rest of the program is even set up: gcra limits that are all enforced and do not
-- escalate, with times that are whole microseconds. Says in one breath what `gcra`, `decide` and `charge` say, and leaves to
-- them what is not so usual after all.
-- ARGV[1]   JSON, four values a limit: units, the limit, the window in ms, the capacity
if tonumber(ops[1]) then
  local count, usual, allowed, aheads = #ops / 4, true, true, {}
  for i = 1, count do
    local cost, limit, burst = ops[4 * i - 3], ops[4 * i - 2], ops[4 * i]
    local interval, ahead = ops[4 * i - 1] * 1000 / limit, 0
    local text = call('GET', KEYS[2 * i - 1])
    if text then
      ahead = #text == 16 and tonumber(text)
      if ahead then ahead = ahead > now and ahead - now or 0 end
    end
    if not ahead or interval * cost % 1 ~= 0 or interval * burst > 1e15 or call('HGET', KEYS[2 * i], 'u') then
      usual = false
      break
    end
    if cost > burst or ahead + interval * (cost - burst) > (interval < 1000 and interval * 0.001000001 or 1.000001) then
      allowed = false
    end
    aheads[i] = ahead
  end
  if usual then
    local reply = format('%d', now)
    for i = 1, count do
      local cost, limit, burst, ahead = ops[4 * i - 3], ops[4 * i - 2], ops[4 * i], aheads[i]
      local interval = ops[4 * i - 1] * 1000 / limit
      local slack = interval < 1000 and interval * 0.001000001 or 1.000001
      local answer, wait = 1, 0
      if allowed then
        if cost > 0 then
          ahead = ahead + interval * cost
          write('SET', KEYS[2 * i - 1], format('%d', now + ahead), 'PXAT', format('%d', ceil((now + ahead) / 1000)))
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
  local all = {}
  for i = 1, count do
    local at, to = 4 * i, 7 * i
    all[to - 6], all[to - 5], all[to - 4], all[to - 3] = 'g', 1, ops[at - 3], ops[at - 2]
    all[to - 2], all[to - 1], all[to] = ops[at - 1], ops[at], 0
  end
  ops = all
end
