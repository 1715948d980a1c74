-- Raises the authority epoch: KEYS[1] authority, ARGV[1] the epoch that was seen there ('' = none), ARGV[2] the new one.
-- Replies: {'done', revision} or {'fenced', the epoch held instead}

local epoch = redis.call('HGET', KEYS[1], 'epoch')
if (epoch or '') ~= ARGV[1] or (epoch and tonumber(epoch) > tonumber(ARGV[2])) then
  return {'fenced', epoch or ''}
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[2])
redis.call('HSETNX', KEYS[1], 'revision', '0')
return {'done', redis.call('HGET', KEYS[1], 'revision')}
