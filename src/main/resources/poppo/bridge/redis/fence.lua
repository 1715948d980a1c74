-- Raises the authority epoch: KEYS[1] authority, ARGV[1] the new epoch.
-- Replies: {'done', revision} or {'fenced', the higher epoch already held}

local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch and tonumber(epoch) > tonumber(ARGV[1]) then
  return {'fenced', epoch}
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
redis.call('HSETNX', KEYS[1], 'revision', '0')
return {'done', redis.call('HGET', KEYS[1], 'revision')}
