-- Leaves fences, for `read`.
local function claiming()
  local call, max, ceil = redis.call, math.max, math.ceil
  local time, stands = call('TIME'), tonumber(ARGV[1])
  local now = time[1] * 1000000 + time[2]

  return function(answer, valueKey, fenceKey, asker, leaseMs)
    local wanted = asker or ''
    answer[4], answer[5] = '', 0
    local state = redis.pcall('GET', fenceKey)
    if type(state) ~= 'string' or #state < 16 then state = '' end
    local fence, till, owner = string.sub(state, 1, 16), tonumber(string.sub(state, 18, 33)) or 0, string.sub(state, 35)
    if owner ~= '' and till > now and wanted ~= '' and owner ~= wanted then
      answer[5] = ceil((till - now) / 1000)
      return nil
    end
    local late = owner ~= '' and till <= now
    if fence == '' or late then
      -- There is none, or the time of the owner is up: whoever comes next has another one.
      if late and wanted ~= '' and owner ~= wanted then answer[5] = -1 end
      local version = redis.pcall('GETRANGE', valueKey, 0, 15)
      version = type(version) == 'string' and tonumber(string.match(version, '^[0-8]%d+$')) or 0
      fence = string.format('%016.0f', max((tonumber(fence) or 0) + 1, version + 1, now))
      owner = ''
    end
    local kept = stands
    if wanted ~= '' then
      till, owner = now + leaseMs * 1000, wanted
      kept = max(kept, leaseMs)
    elseif owner ~= '' then
      kept = max(kept, ceil((till - now) / 1000))
    end
    state = owner == '' and fence or string.format('%s %016.0f %s', fence, till, owner)
    local done = redis.pcall('SET', fenceKey, state, 'PX', string.format('%.0f', kept))
    if not done.err then
      answer[4] = fence
    elseif not string.find(done.err, 'OOM', 1, true) then
      return done
    end
    -- Without memory there is no fence, and what is loaded is not stored.
    return nil
  end
end
