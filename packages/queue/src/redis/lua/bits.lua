-- What changes of a job, in `x`: `flags, failures, leases, lost, fence`, then parts of one letter and their bytes.
-- Flags: 1 cancelled while active, 4 holds its key, 8 has `once` records, 16 has lines.
local FRESH = write('>BI4I4I4d', 0, 0, 0, 0, 0)

local function part(x, letter)
  local at, size = 22, #x
  while at <= size do
    local name, bytes, after = read('>c1I4c0', x, at)
    if name == letter then return bytes, at, after end
    at = after
  end
end

local function with(x, letter, bytes)
  local _, at, after = part(x, letter)
  if at then x = sub(x, 1, at - 1) .. sub(x, after) end
  if bytes then x = x .. letter .. write('>I4c0', #bytes, bytes) end
  return x
end

-- Bits to write: id, bits, and so on.
local bits = {}
local function saveBits()
  many('HSET', X, bits)
  bits = {}
end

-- The same of a job that its key does not wait for.
local function unheld(x)
  local flags = byte(x)
  return flags % 8 >= 4 and string.char(flags - 4) .. sub(x, 2) or x
end
