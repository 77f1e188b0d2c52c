-- Jobs and keys whose time has come, a slice of each. Jobs that are too late to start are left to `late` where there is one.
local function promote(slice, keyed, late)
  local ids = call('ZRANGEBYSCORE', S, '-inf', format('(%d', now + 1), 'LIMIT', '0', slice)
  local n = 0
  if #ids > 0 then
    local left = keyed
    for _, rec in ipairs(call('HMGET', J, unpack(ids))) do
      local flags, lane = byte(rec, 17, 18)
      if late and flags % 8 >= 4 and read('>d', rec, 19) <= now and call('ZSCORE', base .. 'ex', ids[n + 1]) then
        if #late == 100 then break end
        late[#late + 1] = ids[n + 1]
      elseif flags % 2 == 1 then
        if left == 0 then break end
        left = left - 1
        local _, _, _, key = parse(rec)
        local x = call('HGET', X, ids[n + 1])
        local held = x and byte(x) % 8 >= 4
        if held then
          unhold(key)
          bits[#bits + 1] = ids[n + 1]
          bits[#bits + 1] = unheld(x)
        end
        wait(ids[n + 1], lane, key, held)
      else
        wait(ids[n + 1], lane)
      end
      n = n + 1
    end
    call('ZREMRANGEBYRANK', S, '0', n - 1)
  end
  if keyRateMax < 0 then return end
  local due = call('ZRANGEBYSCORE', GT, '-inf', now, 'LIMIT', 0, keyed)
  if #due == 0 then return end
  for _, key in ipairs(due) do touch(key) end
end
