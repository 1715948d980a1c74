-- Commits changes of records, each for itself, or tells what stands there now. All or nothing for each of them: whatever
-- could fail is looked at before the first write of any. No two of them are of one record.
--
-- KEYS[1] authority, then whatever the commits name by its place in KEYS (0 = none)
-- ARGV[1] expected epoch, [2] how many commits; then a head of 11 for each commit, then for each its steps
-- A head: 1 mode: set, remove (metadata and revision), plain (revision only), touch (neither)
--         2 key of the metadata, 3 its field ('' = none), 4 the value expected ('' = none), 5 new hint
--         6 key of the index of metadata buckets, 7 member there ('' = none), 8 key that must not exist
--         9, 10, 11 how many checks, reads, effects it has
-- A step is: command, place of its key, count of arguments, arguments. After a check comes the reply expected: '+text',
-- '-' for nil, '#' and the digest of a list, '<n' for a number of at most n that isn't -1.
-- Replies: {'fenced', epoch}, or for each commit {'done', revision}, {'conflict', metadata, read...} or
-- {'wrongtype', key, type}
--
-- What many commits do to one key (indexes, the metadata of neighbours) is one command for all of them.

local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch ~= ARGV[1] then
  return {'fenced', epoch or ''}
end

local HEAD, MOST = 11, 1000
local commits = tonumber(ARGV[2])
local function head(i, field)
  return ARGV[2 + (i - 1) * HEAD + field]
end

local at = 3 + commits * HEAD
local function step()
  local key, count = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local command = {ARGV[at]}
  if key > 0 then
    command[2] = KEYS[key]
  end
  for i = at + 3, at + 2 + count do
    command[#command + 1] = ARGV[i]
  end
  at = at + 3 + count
  return command
end

local function skip(steps, more)
  for _ = 1, steps do
    at = at + 3 + tonumber(ARGV[at + 2]) + more
  end
end

local function digest(list)
  local parts = {}
  for i, value in ipairs(list) do
    local text = value and tostring(value)
    parts[i] = text and (#text .. ':' .. text) or '-'
  end
  return redis.sha1hex(table.concat(parts))
end

local function holds(reply, expected)
  local kind = string.sub(expected, 1, 1)
  if kind == '-' then
    return not reply
  elseif kind == '#' then
    return type(reply) == 'table' and not reply.err and digest(reply) == string.sub(expected, 2)
  elseif kind == '<' then
    return type(reply) == 'number' and reply ~= -1 and reply <= tonumber(string.sub(expected, 2))
  end
  if type(reply) == 'table' then
    reply = reply.ok
  end
  return reply and tostring(reply) == string.sub(expected, 2)
end

-- The types of keys as they were found, so that each is asked for once.
local found = {}

-- Whether nothing is at any of these keys, asked at once: where they are new, that is all there is to ask.
local function vacant()
  local keys = {}
  for i = 1, commits do
    local key = tonumber(head(i, 8))
    if key > 0 then
      keys[#keys + 1] = KEYS[key]
    end
  end
  local all = #keys == 0 or redis.call('EXISTS', unpack(keys)) == 0
  return function(key)
    if all or redis.call('EXISTS', key) == 0 then
      found[key] = 'none'
      return true
    end
    return false
  end
end

-- The metadata of all commits, false where there is none; that of neighbours stands in one hash.
local function metadata()
  local metas, i = {}, 1
  while i <= commits do
    local key, fields, first = head(i, 2), {}, i
    while i <= commits and head(i, 2) == key and head(i, 3) ~= '' do
      fields[#fields + 1] = head(i, 3)
      i = i + 1
    end
    if #fields == 0 then
      metas[i] = false
      i = i + 1
    else
      local values = redis.call('HMGET', KEYS[tonumber(key)], unpack(fields))
      for offset, value in ipairs(values) do
        metas[first + offset - 1] = value
      end
    end
  end
  return metas
end

local types = {
  HSET = 'hash', HSETNX = 'hash', HDEL = 'hash', SADD = 'set', SREM = 'set', ZADD = 'zset', ZREM = 'zset',
  ZREMRANGEBYSCORE = 'zset', RPUSH = 'list'
}

local function misfit(key, wanted, replaced)
  if replaced[key] then
    return
  end
  found[key] = found[key] or redis.call('TYPE', key).ok
  if found[key] ~= 'none' and found[key] ~= wanted then
    return {'wrongtype', key, found[key]}
  end
end

local isVacant, metas = vacant(), metadata()
local answers, effects, revisions = {}, {}, 0

for i = 1, commits do
  local meta = metas[i]
  local unmoved = (meta or '') == head(i, 4)
  local absent = tonumber(head(i, 8))
  if unmoved and absent > 0 then
    unmoved = isVacant(KEYS[absent])
  end
  for _ = 1, tonumber(head(i, 9)) do
    local command = step()
    if unmoved and not holds(redis.pcall(unpack(command)), ARGV[at]) then
      unmoved = false
    end
    at = at + 1
  end
  local reads, writes = tonumber(head(i, 10)), tonumber(head(i, 11))
  if not unmoved then
    local answer = {'conflict', meta}
    for n = 1, reads do
      local reply = redis.pcall(unpack(step()))
      if type(reply) == 'table' and reply.err then
        answer = {'conflict'}
        skip(reads - n, 0)
        break
      end
      answer[n + 2] = reply
    end
    answers[i] = answer
    skip(writes, 0)
  else
    skip(reads, 0)
    local steps, replaced = {}, {}
    for n = 1, writes do
      local command = step()
      local wanted = types[command[1]]
      answers[i] = answers[i] or (wanted and misfit(command[2], wanted, replaced))
      if command[1] == 'DEL' or command[1] == 'SET' then
        replaced[command[2]] = true
      end
      steps[n] = command
    end
    if head(i, 7) ~= '' then
      answers[i] = answers[i] or misfit(KEYS[tonumber(head(i, 6))], 'zset', {})
    end
    if not answers[i] then
      effects[i] = steps
      revisions = revisions + (head(i, 1) == 'touch' and 0 or 1)
    end
  end
end

-- HEARTBEAT key, ms: alive until then at least; an earlier sign of life that comes late shortens nothing
local function heartbeat(key, millis)
  local remaining = redis.call('PTTL', key)
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  if remaining == -2 or (remaining >= 0 and now + remaining < tonumber(millis)) then
    redis.call('SET', key, 'alive', 'PXAT', millis)
  end
end

-- Commands that wait to be one with later ones of the same name on the same key, in the order they began.
local waiting, begun = {}, {}
local function join(command, key, ...)
  local name = command .. ' ' .. key
  local list = waiting[name]
  if not list then
    list = {command, key}
    waiting[name] = list
    begun[#begun + 1] = list
  end
  for n = 1, select('#', ...) do
    list[#list + 1] = (select(n, ...))
  end
  if #list > MOST then
    redis.call(unpack(list))
    for n = #list, 3, -1 do
      list[n] = nil
    end
  end
end

local joined = {SADD = true, SREM = true, ZREM = true}
local function take(effect)
  local command = effect[1]
  if command == 'HEARTBEAT' then
    heartbeat(effect[2], effect[3])
  elseif commits > 1 and (joined[command] or (command == 'ZADD' and #effect == 4)) then
    join(unpack(effect))
  else
    redis.call(unpack(effect))
  end
end

local revision = 0
if revisions > 0 then
  revision = redis.call('HINCRBY', KEYS[1], 'revision', revisions) - revisions
end
local indexed, emptied = {}, {}
for i = 1, commits do
  local steps = effects[i]
  if steps then
    local mode, key, field = head(i, 1), KEYS[tonumber(head(i, 2))], head(i, 3)
    local index, member = tonumber(head(i, 6)), head(i, 7)
    for n = 1, #steps do
      take(steps[n])
    end
    if mode ~= 'touch' then
      revision = revision + 1
      answers[i] = {'done', revision}
    else
      answers[i] = {'done', 0}
    end
    if mode == 'set' then
      join('HSET', key, field, revision .. ' ' .. head(i, 5))
      if member ~= '' and not metas[i] and not indexed[key] then
        indexed[key] = true
        join('ZADD', KEYS[index], member, member)
      end
    elseif mode == 'remove' then
      redis.call('HDEL', key, field)
      if member ~= '' then
        emptied[#emptied + 1] = {key, KEYS[index], member}
      end
    end
  end
end
for n = 1, #begun do
  if #begun[n] > 2 then
    redis.call(unpack(begun[n]))
  end
end
for n = 1, #emptied do
  if redis.call('EXISTS', emptied[n][1]) == 0 then
    redis.call('ZREM', emptied[n][2], emptied[n][3])
  end
end
return answers
