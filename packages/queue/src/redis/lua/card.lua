-- The card of a queue: shards and lanes as they were first given. KEYS: card. ARGV: shards, lanes as JSON.
redis.call('HSETNX', KEYS[1], 'shards', ARGV[1])
redis.call('HSETNX', KEYS[1], 'lanes', ARGV[2])
return redis.call('HMGET', KEYS[1], 'shards', 'lanes')
