-- One call, when it is a usual one.
-- ARGV[1]   JSON: what `plain` takes, or seven values a limit
if tonumber(ops[1]) then
  local reply = plain(ops, 0, false)
  if reply then return format('%d', now) .. reply end
  ops = spelled(ops)
end
