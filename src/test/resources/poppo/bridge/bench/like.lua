-- What the three operations come to in Redis, written by hand: ARGV[1] the operation, [2] issue, [3] process, [4] the time,
-- [5] its milliseconds. KEYS[1] authority, [2] issue, [3] revisions, [4] processing, [5] deadlines, [6] heartbeat,
-- [7] heartbeats, [8] held.
if redis.call('HGET', KEYS[1], 'epoch') ~= '1' then
  return redis.error_reply('fenced')
end
local revision = redis.call('HGET', KEYS[3], ARGV[2])
local held = redis.call('HMGET', KEYS[2], 'status', 'processId')
local expires = ARGV[5] + 1800000
if ARGV[1] ~= 'checkin' then
  redis.call('SET', KEYS[6], 'alive', 'PXAT', expires)
  redis.call('ZADD', KEYS[7], expires, ARGV[3])
end
if ARGV[1] == 'heartbeat' then
  redis.call('HSET', KEYS[2], 'lastHeartbeat', ARGV[4])
  redis.call('ZADD', KEYS[5], expires, ARGV[2])
elseif ARGV[1] == 'checkout' then
  redis.call('HSET', KEYS[2], 'status', 'processing', 'lastUpdated', ARGV[4], 'processId', ARGV[3], 'pid', '1',
    'startTime', ARGV[4], 'lastHeartbeat', ARGV[4], 'taskType', 'issue', 'metadata', '{"retryCount":0,"errorCount":0}')
  redis.call('SADD', KEYS[4], ARGV[2])
  redis.call('SADD', KEYS[8], ARGV[2])
  redis.call('ZADD', KEYS[5], expires, ARGV[2])
else
  redis.call('HSET', KEYS[2], 'status', 'completed', 'lastUpdated', ARGV[4], 'endTime', ARGV[4])
  redis.call('HDEL', KEYS[2], 'processId', 'pid', 'lastHeartbeat')
  redis.call('SREM', KEYS[4], ARGV[2])
  redis.call('SREM', KEYS[8], ARGV[2])
  redis.call('ZREM', KEYS[5], ARGV[2])
end
if ARGV[1] ~= 'heartbeat' then
  redis.call('PUBLISH', 'issue:status:changed', '{"issue":' .. ARGV[2] .. ',"status":"' .. ARGV[1] .. '"}')
end
local next = redis.call('HINCRBY', KEYS[1], 'revision', 1)
redis.call('HSET', KEYS[3], ARGV[2], next)
return {next, held, revision}
