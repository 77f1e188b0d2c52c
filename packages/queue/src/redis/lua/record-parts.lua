-- Behind what `parse` reads: the place in a flow, then the caller's own: flags, type.
local function typeOf(rec)
  local flags, _, _, _, _, at = parse(rec)
  if flags % 16 >= 8 then
    local _, _, after = read('>Bc0I2', rec, at)
    _, at = read('>Bc0', rec, after)
  end
  return (read('>Bc0', rec, at + 1))
end
