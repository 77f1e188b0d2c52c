-- A fence is 16 digits, and while somebody loads for all nodes it is followed by a blank, 16 digits of until when, in
-- microseconds, a blank and by whom.
local function fenceAt(key)
  local state = redis.pcall('GET', key)
  if type(state) ~= 'string' or #state < 16 then return nil, 0, '' end
  if #state == 16 then return state, 0, '' end
  return string.sub(state, 1, 16), tonumber(string.sub(state, 18, 33)) or 0, string.sub(state, 35)
end

-- A new version of the key, and with it a new fence: every load under way is refused.
local function raiseFence(key, version, fenceMs, now)
  local fence = fenceAt(key)
  local raised = following(max(tonumber(version), tonumber(fence) or 0), now)
  call('SET', key, raised, 'PX', fenceMs)
  return raised
end
