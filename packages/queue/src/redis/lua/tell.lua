-- What a worker saw, for those who watch all processes. ARGV: what (k stuck, m missed), id, type, attempt, delivery, words.
if eventsMost >= 0 then
  local what, id, kind, attempt, delivery, words = unpack(ARGV)
  happened[1] = write('>c1Bc0Bc0I4I4BI4c0BI2c0', what, #id, id, #kind, kind, attempt - 1, delivery, 0, 0, '', 1, #words, words)
  save()
end
return {}
