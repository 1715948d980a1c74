-- Commits changes of records, each for itself, or tells what stands there now. All or nothing for each of them: whatever
-- could fail is looked at before the first write of any. No two of them are of one record.
--
-- KEYS[1] authority, then whatever is named by its place in KEYS (0 = none)
-- ARGV[1] expected epoch, [2] how many commits, [3] how many forms; then the forms, then the commits
-- A form is what many commits have in common:
--         1 mode: set, remove (metadata and revision), plain (revision only), touch (neither)
--         2 key of the metadata, 3 the value expected there ('' = none), 4 new hint
--         5 key of the index of metadata buckets, 6 member there ('' = none), 7 whether the record's key must not exist
--         8, 9, 10 how many checks, reads, effects it has; then for each of those steps:
--         command, its key ('r' = the record's), count of arguments, and for a check how many more its expectation takes
-- A commit: number of its form, the record's key, its field in the metadata ('' = none); then the arguments of each step,
-- and after those of a check the reply expected: '+text', '-' for nil, '=' and each element of a list, '#' and the digest
-- of a list, '<n' for a number of at most n that isn't -1.
-- Replies: {'fenced', epoch}, or for each commit its revision (0 = none), {'conflict', metadata, read...} or
-- {'wrongtype', key, type}
--
-- What many commits do to one key (indexes, the metadata of neighbours) is one command for all of them.

-- Globals are looked up by name at each use.
local KEYS, ARGV, tonumber, type, call, pcall = KEYS, ARGV, tonumber, type, redis.call, redis.pcall

local epoch = call('HGET', KEYS[1], 'epoch')
if epoch ~= ARGV[1] then
  return {'fenced', epoch or ''}
end

local MOST = 1000
local commits = tonumber(ARGV[2])

local types = {
  HSET = 'hash', HSETNX = 'hash', HDEL = 'hash', SADD = 'set', SREM = 'set', ZADD = 'zset', ZREM = 'zset',
  ZREMRANGEBYSCORE = 'zset', RPUSH = 'list', HLEN = 'hash'
}

-- The types of keys as they were found, so that each is asked for once.
local found = {}

local function misfit(key, wanted)
  found[key] = found[key] or call('TYPE', key).ok
  if found[key] ~= 'none' and found[key] ~= wanted then
    return {'wrongtype', key, found[key]}
  end
end

-- Commands that wait to be one with later ones of the same name on the same key, in the order they began.
local waiting, begun = {}, {}
local function join(command, key, one, two)
  if commits == 1 then
    call(command, key, one, two)
    return
  end
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
local ofMany = {HGET = 'HMGET', ZSCORE = 'ZMSCORE'}

local at = 4
local function readForm()
  local checks, reads, effects = tonumber(ARGV[at + 7]), tonumber(ARGV[at + 8]), tonumber(ARGV[at + 9])
  local member = ARGV[at + 5]
  local form = {
    mode = ARGV[at], meta = KEYS[tonumber(ARGV[at + 1])], expected = ARGV[at + 2], hint = ARGV[at + 3],
    index = KEYS[tonumber(ARGV[at + 4])], member = member, indexed = member ~= '', absent = ARGV[at + 6] == '1',
    reads = checks + 1, effects = checks + reads + 1, size = 0, commits = 0, misfit = false
  }
  at = at + 10
  if form.indexed then
    form.misfit = misfit(form.index, 'zset')
  end
  local replaced, size = {}, 0
  for n = 1, checks + reads + effects do
    local command, key, count = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
    local own = key == 'r'
    key = not own and KEYS[tonumber(key)]
    local step = {
      command = command, own = own, key = key, count = count, at = size, type = types[command],
      expectation = false, question = false, joined = false
    }
    if n <= checks then
      step.expectation = tonumber(ARGV[at + 3])
      size = size + step.expectation
      at = at + 1
      if commits > 1 and key and count == 1 and ofMany[command] then
        step.question = {ofMany[command], key}
      end
    elseif n >= form.effects then
      step.joined = commits > 1 and joined[command] == count
      if replaced[key] then
        step.type = nil
      elseif step.type and key then
        form.misfit = form.misfit or misfit(key, step.type)
      elseif command == 'DEL' or command == 'SET' then
        replaced[key] = true
      end
    end
    size = size + count
    form[n] = step
    at = at + 3
  end
  form.size = size
  return form
end

local forms = {}
for i = 1, tonumber(ARGV[3]) do
  forms[i] = readForm()
end

-- Of each commit: its form, which of the form's it is, the record's key, its field in the metadata, and where the
-- arguments of its steps begin.
local formOf, placeOf, ownOf, fieldOf, argumentsOf = {}, {}, {}, {}, {}
for i = 1, commits do
  local form = forms[tonumber(ARGV[at])]
  form.commits = form.commits + 1
  formOf[i], placeOf[i] = form, form.commits
  ownOf[i] = KEYS[tonumber(ARGV[at + 1])] or false
  fieldOf[i] = ARGV[at + 2]
  argumentsOf[i] = at + 3
  for n = 1, form.reads - 1 do
    local question = form[n].question
    if question then
      question[form.commits + 2] = ARGV[at + 3 + form[n].at]
    end
  end
  at = at + 3 + form.size
end

local function send(how, step, i)
  local key = step.own and ownOf[i] or step.key
  local first = argumentsOf[i] + step.at
  if key then
    return how(step.command, key, unpack(ARGV, first, first + step.count - 1))
  end
  return how(step.command, unpack(ARGV, first, first + step.count - 1))
end

-- What a check replies; where many commits ask the same of one key, all are asked at once.
local function answer(step, i)
  if not step.question then
    return send(pcall, step, i)
  end
  step.answers = step.answers or pcall(unpack(step.question))
  return step.answers.err and step.answers or step.answers[placeOf[i]]
end

local function digest(list)
  local parts = {}
  for i, value in ipairs(list) do
    local text = value and tostring(value)
    parts[i] = text and (#text .. ':' .. text) or '-'
  end
  return redis.sha1hex(table.concat(parts))
end

local function isList(reply, first, length)
  if type(reply) ~= 'table' or reply.err or #reply ~= length then
    return false
  end
  for n = 1, length do
    local value = reply[n]
    if value ~= ARGV[first + n] and (type(value) ~= 'number' or tostring(value) ~= ARGV[first + n]) then
      return false
    end
  end
  return true
end

local function holds(reply, first, size)
  local expected = ARGV[first]
  local kind = string.sub(expected, 1, 1)
  if kind == '=' then
    return isList(reply, first, size - 1)
  end
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

-- Whether nothing is at any of the keys that must not exist, asked at once: where they are new, that is all to ask.
local function vacant()
  local keys = {}
  for i = 1, commits do
    if formOf[i].absent then
      keys[#keys + 1] = ownOf[i]
    end
  end
  local all = #keys == 0 or call('EXISTS', unpack(keys)) == 0
  return function(key)
    if all or call('EXISTS', key) == 0 then
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
    local key, fields, first = formOf[i].meta, {}, i
    while i <= commits and formOf[i].meta == key and fieldOf[i] ~= '' do
      fields[#fields + 1] = fieldOf[i]
      i = i + 1
    end
    if #fields == 0 then
      metas[i] = false
      i = i + 1
    else
      local values = call('HMGET', key, unpack(fields))
      for offset, value in ipairs(values) do
        metas[first + offset - 1] = value
      end
    end
  end
  return metas
end

local isVacant, metas = vacant(), metadata()

-- What stands in the way of a commit, as it is answered; nil if nothing does.
local function obstacle(i)
  local form, own = formOf[i], ownOf[i]
  local meta = metas[i]
  local unmoved = (meta or '') == form.expected and (not form.absent or isVacant(own))
  for n = 1, form.reads - 1 do
    local step = form[n]
    unmoved = unmoved and holds(answer(step, i), argumentsOf[i] + step.at + step.count, step.expectation)
    if unmoved and step.own and step.type then
      found[own] = step.type
    end
  end
  if not unmoved then
    local told = {'conflict', meta}
    for n = form.reads, form.effects - 1 do
      local reply = send(pcall, form[n], i)
      if type(reply) == 'table' and reply.err then
        return {'conflict'}
      end
      told[#told + 1] = reply
    end
    return told
  end
  local misfitting = form.misfit
  for n = form.effects, #form do
    if form[n].own and form[n].type and found[own] ~= 'none' then
      misfitting = misfitting or misfit(own, form[n].type)
    end
  end
  return misfitting
end

local answers, revisions = {}, 0
for i = 1, commits do
  answers[i] = obstacle(i)
  if not answers[i] then
    revisions = revisions + (formOf[i].mode == 'touch' and 0 or 1)
  end
end

-- HEARTBEAT key, ms: alive until then at least; an earlier sign of life that comes late shortens nothing
local function heartbeat(key, millis)
  local remaining = call('PTTL', key)
  local time = call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  if remaining == -2 or (remaining >= 0 and now + remaining < tonumber(millis)) then
    call('SET', key, 'alive', 'PXAT', millis)
  end
end

local function take(step, i)
  local first = argumentsOf[i] + step.at
  if step.command == 'HEARTBEAT' then
    heartbeat(step.key, ARGV[first])
  elseif step.joined then
    local key = step.own and ownOf[i] or step.key
    join(step.command, key, ARGV[first], step.count == 2 and ARGV[first + 1] or nil)
  else
    send(call, step, i)
  end
end

local revision = 0
if revisions > 0 then
  revision = call('HINCRBY', KEYS[1], 'revision', revisions) - revisions
end
local indexed, emptied = {}, {}
for i = 1, commits do
  local form = formOf[i]
  if not answers[i] then
    for n = form.effects, #form do
      take(form[n], i)
    end
    if form.mode == 'touch' then
      answers[i] = 0
    else
      revision = revision + 1
      answers[i] = revision
    end
    if form.mode == 'set' then
      join('HSET', form.meta, fieldOf[i], revision .. ' ' .. form.hint)
      if form.indexed and not metas[i] and not indexed[form.meta] then
        indexed[form.meta] = true
        join('ZADD', form.index, form.member, form.member)
      end
    elseif form.mode == 'remove' then
      call('HDEL', form.meta, fieldOf[i])
      if form.indexed then
        emptied[#emptied + 1] = {form.meta, form.index, form.member}
      end
    end
  end
end
for n = 1, #begun do
  call(unpack(begun[n]))
end
for n = 1, #emptied do
  if call('EXISTS', emptied[n][1]) == 0 then
    call('ZREM', emptied[n][2], emptied[n][3])
  end
end
return answers
