-- Wakes those who wait for the name of a fence.
local function tell(fenceKey)
  redis.call('PUBLISH', string.sub(fenceKey, 1, -2) .. 'w', '')
end
