-- Makes jobs wait: at the back of their lane or their key, or, given back, at the front in the order they are given.
local keyBacks = {}

local function wait(id, lane, key, front)
  if key then
    local entry = string.char(97 + lane) .. id
    if front then
      local k, n = touch(key), #fronts + 1
      k.front = k.front or n
      fronts[n] = { lane, entry, key }
    else
      -- Behind one that has its turn nothing changes.
      if keyOf(key).turn == 0 then touch(key) end
      local list = keyBacks[key]
      if list then list[#list + 1] = entry else keyBacks[key] = { entry } end
    end
    return
  end
  -- Entries that begin with @ are turns.
  if byte(id) == 64 then id = '\1' .. id end
  if front then
    fronts[#fronts + 1] = { lane, id }
  else
    line[#line + 1] = lane
    line[#line + 1] = id
  end
end

local function place()
  for key, list in pairs(keyBacks) do
    -- Of a list that was empty the head is known.
    if many('RPUSH', base .. 'g:' .. key, list) == #list then keys[key].head = list[1] end
  end
  keyBacks = {}
  for i = #fronts, 1, -1 do
    local _, entry, key = unpack(fronts[i])
    if key then
      call('LPUSH', base .. 'g:' .. key, entry)
      keys[key].head = false
    end
  end
  settleLine()
end

-- Takes a waiting job out of its lane or its key. Costs a look through the list: for calls that are seldom.
local function unplace(id, lane, key)
  if not key then
    if byte(id) == 64 then id = '\1' .. id end
    call('LREM', KEYS[lane + 2], 1, id)
    return
  end
  touch(key)
  call('LREM', base .. 'g:' .. key, 1, string.char(97 + lane) .. id)
end
