-- A fence is 'fence last', and 'fence last until owner' while somebody loads for all nodes; last is the highest version ever
-- given for the key, until is in microseconds.
local function fenceAt(key)
  local state = textAt(key) or ''
  local fence, last, till, owner = string.match(state, '^(%d+) (%d+) (%d+) (.+)$')
  if not fence then fence, last = string.match(state, '^(%d+) (%d+)$') end
  return fence, tonumber(last) or 0, tonumber(till) or 0, owner or ''
end

local function stateOf(fence, last, till, owner)
  local state = fence .. ' ' .. digits(last)
  return owner ~= '' and state .. ' ' .. digits(till) .. ' ' .. owner or state
end

-- A new version of the key, and with it a new fence: every load under way is refused.
local function raiseFence(key, value, fenceMs, now)
  local _, last = fenceAt(key)
  local version = following(max(last, versionOf(value)), now)
  call('SET', key, digits(version) .. ' ' .. digits(version), 'PX', fenceMs)
  return version
end
