-- Pass one: decides every limit and writes nothing. All keys are read here, so foreign data fails the call before anything
-- is charged.
-- KEYS      two a limit: its state, its block
-- ARGV[1]   JSON, seven values a limit:
--   1  g t i s f a l q c: gcra, bucket, bucket by intervals, sliding, fixed, aligned, log, quota, concurrency
--   2  1 when a no of this limit is a no to all
--   3  units;  4  the limit
--   5  window in ms; of quota four bounds of three periods; of concurrency the time to live of the lease
--   6  gcra, bucket: the capacity; concurrency: the lease
--   7  after, withinMs, blockMs, factor, maxBlockMs, forgetMs, where a limit escalates, else 0
-- returns numbers, with blanks between: the time and for each limit: 1 yes, 0 no, 2 blocked; units left; ms to the full; ms to wait, -1 for never.
--         The time alone when it lies outside the periods of a quota.
local reply, kept, allowed = { now, 0, 0, 0, 0 }, {}, true
for i = 1, #ops / 7 do
  local at, key = 7 * i - 6, KEYS[2 * i - 1]
  local kind, cost, limit, span, extra = ops[at], ops[at + 2], ops[at + 3], ops[at + 4], ops[at + 5]
  local ok, wait, left, reset, a, b, c
  if kind == 'g' then
    ok, wait, left, reset, kept[i] = gcra(key, cost, limit, span, extra)
  else
    if not decideOther then decideOther, chargeOther, strike = others() end
    ok, wait, left, reset, a, b, c = decideOther(kind, key, cost, limit, span, extra)
    if ok == nil then return format('%d', now) end
    kept[i] = { a, b, c }
  end
  local till = call('HGET', KEYS[2 * i], 'u')
  till = till and ceil((number(till) - now) / 1000) or 0
  if till > 0 then ok, left, reset, wait = false, 0, max(till, reset), wait < 0 and -1 or max(till, wait) end
  if not ok and ops[at + 1] == 1 then allowed = false end
  at = 4 * i - 2
  reply[at], reply[at + 1], reply[at + 2], reply[at + 3] = till > 0 and 2 or ok and 1 or 0, left, reset, wait
end
