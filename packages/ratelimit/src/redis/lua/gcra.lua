-- Generic cell rate algorithm: a string, the theoretical arrival time. What does not fit into whole microseconds follows
-- after a point, so that many small charges add up to one large one.
local function aheadOf(text)
  local whole, rest = text, 0
  local point = #text > 16 and string.find(text, '.', 1, true)
  if point then whole, rest = string.sub(text, 1, point - 1), number(string.sub(text, point)) end
  local ahead = number(whole) - now + rest
  return ahead > 0 and ahead or 0
end

local function keepAhead(key, ahead)
  local whole, text = floor(ahead), nil
  if ahead - whole < 1e-12 then
    text = format(now + whole < 1e18 and '%d' or '%.0f', now + whole)
  else
    text = format('%.0f.%012.0f', now + whole, floor((ahead - whole) * 1e12))
  end
  write('SET', key, text, 'PXAT', expiry(ahead))
end

-- Forgiven of a time: a microsecond, or a thousandth of a unit's where that is less; a hair more, so that doubles may fall
-- short of an exact tie.
local function slackOf(interval)
  return interval < 1000 and interval * 0.001000001 or 1.000001
end

-- Every algorithm decides and returns: whether; the wait in ms, -1 for never; units left; ms to the full; what it charges by.
local function gcra(key, cost, limit, span, burst)
  local text = call('GET', key)
  local ahead = text and aheadOf(text) or 0
  if limit == 0 then return false, -1, 0, 0 end
  local interval = span * 1000 / limit
  local slack = slackOf(interval)
  local left, over = floor((interval * burst - ahead + slack) / interval), ahead + interval * (cost - burst)
  if left < 0 then left = 0 end
  if over <= slack and cost <= burst then return true, 0, left, ceil((ahead - slack) / 1000), ahead end
  return false, cost > burst and -1 or ceil((over - slack) / 1000), left, ceil((ahead - slack) / 1000)
end

-- And charges, returning units left and ms to the full.
local function chargeGcra(key, cost, limit, span, burst, ahead)
  local interval = span * 1000 / limit
  local slack = slackOf(interval)
  ahead = ahead + interval * cost
  keepAhead(key, ahead)
  return floor((interval * burst - ahead + slack) / interval), ceil((ahead - slack) / 1000)
end
