-- The first thing of a step: what the worker was told last. A write that needs no memory, so that a step that frees memory is let
-- in where there is none left.
local W = base .. 'k:' .. ARGV[1]
local number = tonumber(ARGV[2])
local stored = call('GETDEL', W)
local last = stored and read('>d', stored)
if last and last > number then
  call('SET', W, stored, 'PX', format('%d', 2 * ARGV[3]))
  return redis.error_reply('XCSTALE a later step of this worker was answered')
end
