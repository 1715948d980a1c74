-- Commits one change of one record, or tells what stands there now. All or nothing: whatever could fail is looked at
-- before the first write.
--
-- KEYS[1] authority, KEYS[2] the record's metadata, KEYS[3] the index of metadata buckets, then whatever the steps touch
-- ARGV    1 expected epoch, 2 mode: set, remove (metadata and revision), plain (revision only), touch (neither)
--         3 metadata field, 4 its expected value ('' = none), 5 new hint, 6 member of the bucket index ('' = none)
--         7, 8, 9 how many checks, reads, effects follow
-- A step is: command, index of its key in KEYS (0 = none), count of arguments, arguments. After a check comes the reply
-- expected: '+text', '-' for nil, '#' and the digest of a list, '<n' for a number of at most n that isn't -1.
-- Replies: {'done', revision}, {'conflict', metadata, read...}, {'fenced', epoch}, {'wrongtype', key, type}

local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch ~= ARGV[1] then
  return {'fenced', epoch or ''}
end

local at = 10
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

local mode, field = ARGV[2], ARGV[3]
local meta = false
if field ~= '' then
  meta = redis.call('HGET', KEYS[2], field)
end
local unmoved = (meta or '') == ARGV[4]
for _ = 1, tonumber(ARGV[7]) do
  local command = step()
  if unmoved and not holds(redis.pcall(unpack(command)), ARGV[at]) then
    unmoved = false
  end
  at = at + 1
end

if not unmoved then
  local answer = {'conflict', meta}
  for i = 1, tonumber(ARGV[8]) do
    local reply = redis.pcall(unpack(step()))
    if type(reply) == 'table' and reply.err then
      return {'conflict'}
    end
    answer[i + 2] = reply
  end
  return answer
end
for _ = 1, tonumber(ARGV[8]) do
  step()
end

local types = {
  HSET = 'hash', HSETNX = 'hash', HDEL = 'hash', SADD = 'set', SREM = 'set', ZADD = 'zset', ZREM = 'zset',
  ZREMRANGEBYSCORE = 'zset', RPUSH = 'list'
}
-- HEARTBEAT key, ms: alive until then at least; an earlier sign of life that comes late shortens nothing
local function heartbeat(key, millis)
  local remaining = redis.call('PTTL', key)
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  if remaining == -2 or (remaining >= 0 and now + remaining < tonumber(millis)) then
    redis.call('SET', key, 'alive', 'PXAT', millis)
  end
end

local effects, replaced = {}, {}
local function misfit(key, wanted)
  local found = redis.call('TYPE', key).ok
  if not replaced[key] and found ~= 'none' and found ~= wanted then
    return {'wrongtype', key, found}
  end
end
for i = 1, tonumber(ARGV[9]) do
  local command = step()
  local wanted = types[command[1]]
  local problem = wanted and misfit(command[2], wanted)
  if problem then
    return problem
  end
  if command[1] == 'DEL' or command[1] == 'SET' then
    replaced[command[2]] = true
  end
  effects[i] = command
end
local index = ARGV[6]
local problem = index ~= '' and misfit(KEYS[3], 'zset')
if problem then
  return problem
end

local revision = 0
if mode ~= 'touch' then
  revision = redis.call('HINCRBY', KEYS[1], 'revision', 1)
end
for i = 1, #effects do
  local effect = effects[i]
  if effect[1] == 'HEARTBEAT' then
    heartbeat(effect[2], effect[3])
  else
    redis.call(unpack(effect))
  end
end
if mode == 'set' then
  redis.call('HSET', KEYS[2], field, revision .. ' ' .. ARGV[5])
  if index ~= '' and not meta then
    redis.call('ZADD', KEYS[3], index, index)
  end
elseif mode == 'remove' then
  redis.call('HDEL', KEYS[2], field)
  if index ~= '' and redis.call('EXISTS', KEYS[2]) == 0 then
    redis.call('ZREM', KEYS[3], index)
  end
end
return {'done', revision}
