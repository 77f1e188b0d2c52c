-- Pass two: charges every limit that said yes when nobody who counts said no, or else notes the strikes.
for i = 1, #ops / 7 do
  local at, to, key = 7 * i - 6, 4 * i - 2, KEYS[2 * i - 1]
  local kind, cost, limit, span, extra = ops[at], ops[at + 2], ops[at + 3], ops[at + 4], ops[at + 5]
  local answer = cost > 0 and reply[to]
  if allowed and answer == 1 then
    local left, reset
    if kind == 'g' then left, reset = chargeGcra(key, cost, limit, span, extra, kept[i])
    else left, reset = chargeOther(kind, key, cost, limit, span, extra, unpack(kept[i])) end
    reply[to + 1], reply[to + 2] = left, reset
  elseif answer == 0 and ops[at + 6] ~= 0 and reply[to + 3] > 0 then
    if not strike then decideOther, chargeOther, strike = others() end
    local blocked = strike(KEYS[2 * i], ops[at + 6])
    if blocked > 0 then
      reply[to], reply[to + 1] = 2, 0
      reply[to + 2], reply[to + 3] = max(blocked, reply[to + 2]), max(blocked, reply[to + 3])
    end
  end
end
