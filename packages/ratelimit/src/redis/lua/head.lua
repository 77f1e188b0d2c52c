-- Begins every script: the clock, what was asked, and how numbers are read and written. Times are microseconds since the
-- epoch, whole numbers that a double holds exactly; windows arrive in milliseconds.
-- A table or a closure costs as much as a small command: hence plain functions, flat lists and many results.
local call, ask, format, tonumber = redis.call, redis.pcall, string.format, tonumber
local floor, ceil, max, min = math.floor, math.ceil, math.max, math.min
local clock = call('TIME')
local now = clock[1] * 1000000 + clock[2]
local ops = cjson.decode(ARGV[1])
