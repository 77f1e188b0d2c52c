-- The usual call, one gcra limit that does not escalate: answered before the rest of the program is even set up.
if ops[1] == 'g' and ops[7] == 0 and #ops == 7 then
  local cost, limit, span, burst = ops[3], ops[4], ops[5], ops[6]
  local ok, wait, left, reset, ahead = gcra(KEYS[1], cost, limit, span, burst)
  local till = call('HGET', KEYS[2], 'u')
  till = till and ceil((number(till) - now) / 1000) or 0
  if till > 0 then return { now, 2, 0, max(till, reset), wait < 0 and -1 or max(till, wait) } end
  if not ok then return { now, 0, left, reset, wait } end
  if cost > 0 then left, reset = chargeGcra(KEYS[1], cost, limit, span, burst, ahead) end
  return { now, 1, left, reset, 0 }
end
