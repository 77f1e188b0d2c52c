-- Progress and renewals of leases that have not ended. Frames: id, fence, for progress also the value.
local function report(frames)
  local answers, at, size = {}, 1, #frames
  while at <= size do
    local id, mark, value
    id, mark, value, at = read('>Bc0Bc0I4c0', frames, at)
    local ends = call('ZSCORE', A, id .. ':' .. mark)
    local held = ends and tonumber(ends) > now
    if held then note('p', id, nil, nil, value) end
    if held then call('HSET', X, id, with(call('HGET', X, id), 'P', value)) end
    answers[#answers + 1] = held and '1' or '0'
  end
  return table.concat(answers)
end

-- Returns one digit per lease, and place and words of those that were cancelled.
local function renew(frames, ends)
  local members, ids, at, size = {}, {}, 1, #frames
  while at <= size do
    local id, mark
    id, mark, at = read('>Bc0Bc0', frames, at)
    members[#members + 1] = id .. ':' .. mark
    ids[#ids + 1] = id
  end
  local answers, held, cancelled = {}, {}, {}
  for from = 1, #members, 1000 do
    local to = math.min(from + 999, #members)
    local xs = call('HMGET', X, unpack(ids, from, to))
    for i, score in ipairs(call('ZMSCORE', A, unpack(members, from, to))) do
      local place = from + i - 1
      local alive = score and tonumber(score) > now
      answers[place] = alive and '1' or '0'
      if alive then
        held[#held + 1] = ends
        held[#held + 1] = members[place]
        if byte(xs[i]) % 2 == 1 then
          cancelled[#cancelled + 1] = place
          cancelled[#cancelled + 1] = part(xs[i], 'X') or false
        end
      end
    end
  end
  for from = 1, #held, 2000 do call('ZADD', A, 'XX', 'GT', unpack(held, from, math.min(from + 1999, #held))) end
  return table.concat(answers), cancelled
end
