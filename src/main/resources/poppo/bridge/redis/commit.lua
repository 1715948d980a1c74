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

-- Many pass here in one call, so no tables are made of their arguments: a step is known by where in ARGV it begins.
local HEAD, MOST = 11, 1000
local commits = tonumber(ARGV[2])
local number = setmetatable({}, {__index = function(known, text)
  known[text] = tonumber(text)
  return known[text]
end})
local function head(i, field)
  return ARGV[2 + (i - 1) * HEAD + field]
end

local function after(at)
  return at + 3 + number[ARGV[at + 2]]
end

local function send(call, at)
  local key, last = number[ARGV[at + 1]], at + 2 + number[ARGV[at + 2]]
  if key > 0 then
    return call(ARGV[at], KEYS[key], unpack(ARGV, at + 3, last))
  end
  return call(ARGV[at], unpack(ARGV, at + 3, last))
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
    local key = number[head(i, 8)]
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
      local values = redis.call('HMGET', KEYS[number[key]], unpack(fields))
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

local function misfit(key, wanted)
  found[key] = found[key] or redis.call('TYPE', key).ok
  if found[key] ~= 'none' and found[key] ~= wanted then
    return {'wrongtype', key, found[key]}
  end
end

local isVacant, metas = vacant(), metadata()
-- Where the effects of those begin that can be committed.
local answers, effects, revisions = {}, {}, 0
local at = 3 + commits * HEAD

for i = 1, commits do
  local meta = metas[i]
  local unmoved = (meta or '') == head(i, 4)
  local absent = number[head(i, 8)]
  if unmoved and absent > 0 then
    unmoved = isVacant(KEYS[absent])
  end
  for _ = 1, number[head(i, 9)] do
    local expected = after(at)
    if unmoved and not holds(send(redis.pcall, at), ARGV[expected]) then
      unmoved = false
    end
    at = expected + 1
  end
  local answer
  if not unmoved then
    answer = {'conflict', meta}
  end
  for n = 1, number[head(i, 10)] do
    if answer and #answer == n + 1 then
      local reply = send(redis.pcall, at)
      answer[n + 2] = reply
      if type(reply) == 'table' and reply.err then
        answer = {'conflict'}
      end
    end
    at = after(at)
  end
  local first, replaced = at, nil
  for _ = 1, number[head(i, 11)] do
    local command = ARGV[at]
    local key, wanted = KEYS[number[ARGV[at + 1]]], types[command]
    if wanted and not answer and found[key] ~= 'none' and found[key] ~= wanted and not (replaced and replaced[key]) then
      answer = misfit(key, wanted)
    end
    if command == 'DEL' or command == 'SET' then
      replaced = replaced or {}
      replaced[key] = true
    end
    at = after(at)
  end
  if not answer and head(i, 7) ~= '' then
    answer = misfit(KEYS[number[head(i, 6)]], 'zset')
  end
  if answer then
    answers[i] = answer
  else
    effects[i] = first
    revisions = revisions + (head(i, 1) == 'touch' and 0 or 1)
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
local function join(command, key, one, two)
  local byKey = waiting[command]
  if not byKey then
    byKey = {}
    waiting[command] = byKey
  end
  local list = byKey[key]
  if not list or #list > MOST then
    list = {command, key}
    byKey[key] = list
    begun[#begun + 1] = list
  end
  list[#list + 1] = one
  list[#list + 1] = two
end

local joined = {SADD = 1, SREM = 1, ZREM = 1, ZADD = 2}
local function take(at)
  local command, count = ARGV[at], number[ARGV[at + 2]]
  if command == 'HEARTBEAT' then
    heartbeat(KEYS[number[ARGV[at + 1]]], ARGV[at + 3])
  elseif commits > 1 and joined[command] == count then
    join(command, KEYS[number[ARGV[at + 1]]], ARGV[at + 3], count == 2 and ARGV[at + 4] or nil)
  else
    send(redis.call, at)
  end
end

local revision = 0
if revisions > 0 then
  revision = redis.call('HINCRBY', KEYS[1], 'revision', revisions) - revisions
end
local indexed, emptied = {}, {}
for i = 1, commits do
  at = effects[i]
  if at then
    for _ = 1, number[head(i, 11)] do
      take(at)
      at = after(at)
    end
    local mode, key, field = head(i, 1), KEYS[number[head(i, 2)]], head(i, 3)
    local index, member = KEYS[number[head(i, 6)]], head(i, 7)
    if mode == 'touch' then
      answers[i] = {'done', 0}
    else
      revision = revision + 1
      answers[i] = {'done', revision}
    end
    if mode == 'set' then
      join('HSET', key, field, revision .. ' ' .. head(i, 5))
      if member ~= '' and not metas[i] and not indexed[key] then
        indexed[key] = true
        join('ZADD', index, member, member)
      end
    elseif mode == 'remove' then
      redis.call('HDEL', key, field)
      if member ~= '' then
        emptied[#emptied + 1] = {key, index, member}
      end
    end
  end
end
for n = 1, #begun do
  redis.call(unpack(begun[n]))
end
for n = 1, #emptied do
  if redis.call('EXISTS', emptied[n][1]) == 0 then
    redis.call('ZREM', emptied[n][2], emptied[n][3])
  end
end
return answers
