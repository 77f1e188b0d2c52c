-- What happened, for the stream `ev`: one entry a call. Frames: what, id, type, failures, leases, value, words. Without a
-- stream it costs one comparison.
local happened = {}

local function note(what, id, rec, x, value, words)
  if eventsMost < 0 then return end
  local kind, failures, leases = '', 0, 0
  if id ~= '' then
    rec = rec or call('HGET', J, id)
    kind = rec and typeOf(rec) or ''
    x = x or call('HGET', X, id)
    if x then failures, leases = read('>I4I4', x, 2) end
  end
  happened[#happened + 1] = write('>c1Bc0Bc0I4I4BI4c0BI2c0', what, #id, id, #kind, kind, failures, leases, value and 1 or 0, #(value or ''), value or '', words and 1 or 0, #(words or ''), words or '')
end

saveEvents = function()
  if #happened == 0 then return end
  call('XADD', base .. 'ev', 'MAXLEN', '~', eventsMost, '*', 't', now, 'e', table.concat(happened))
  call(PUBLISH, base .. 'n', 'e')
  happened = {}
end
