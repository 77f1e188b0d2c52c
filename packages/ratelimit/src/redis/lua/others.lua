-- Which algorithm decides and charges for which letter.
local function periodEnd(bounds)
  for i = 2, 4 do
    if now < bounds[i] * 1000 then return now >= bounds[i - 1] * 1000 and bounds[i] * 1000 end
  end
end

local function windowEnd(kind, span)
  if kind == 'q' then return periodEnd(span) end
  return (kind == 'a' and now - now % (span * 1000) or now) + span * 1000
end

-- Where the window that ends then began: windows do not overlap, so a charge of before belongs to an earlier one.
local function windowStart(kind, span, ends)
  if kind ~= 'q' then return ends - span * 1000 end
  for i = 2, 4 do
    if ends <= span[i] * 1000 then return span[i - 1] * 1000 end
  end
  return now
end

local function decideOther(kind, key, cost, limit, span, extra)
  if kind == 't' or kind == 'i' then return bucket(key, cost, limit, span, extra, kind == 'i') end
  if kind == 's' then return sliding(key, cost, limit, span) end
  if kind == 'l' then return members(key, cost, limit, span * 1000) end
  if kind == 'c' then return members(key, cost, limit, 0) end
  local ends = windowEnd(kind, span)
  if ends then return window(key, cost, limit, ends) end
end

local function chargeOther(kind, key, cost, limit, span, extra, a, b, c)
  if kind == 't' or kind == 'i' then return chargeBucket(key, cost, limit, span, extra, a, b, kind == 'i') end
  if kind == 's' then return chargeSliding(key, cost, limit, span, a, b, c) end
  if kind == 'l' then return chargeLog(key, cost, limit, span, a, b) end
  if kind == 'c' then return chargeLease(key, cost, limit, span, extra, a, b) end
  return chargeWindow(key, cost, limit, a, b)
end
