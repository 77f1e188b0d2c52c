-- Calls of several callers, each decided and charged for itself, in order, and each at a moment of its own: the clock stands still
-- in a script, while each call takes longer than the microsecond that it is given. One that fails has found foreign data and
-- written nothing: asked alone, it fails for its own caller alone.
-- ARGV[1]   JSON: for each call what `plain` takes, or seven values a limit
-- returns   with a semicolon between: what a call is answered alone; nothing for one that has to be asked so
local replies, before, blocks = {}, 0, {}
for at = 2, #KEYS, 2 do blocks[at / 2] = KEYS[at] end
-- One look at all blocks, until a call that may block.
local free = ask('EXISTS', unpack(blocks)) == 0
for i, asked in ipairs(ops) do
  local usual = tonumber(asked[1])
  local count = usual and #asked / 2 or #asked / 7 * 2
  local reply = usual and plain(asked, before, free)
  if reply then
    replies[i] = format('%d', now) .. reply
  else
    local own = {}
    for at = 1, count do own[at] = KEYS[before + at] end
    local done, text = pcall(decideAll, usual and spelled(asked) or asked, own)
    replies[i] = done and text or ''
    free = false
  end
  before, now = before + count, now + 1
end
return table.concat(replies, ';')
