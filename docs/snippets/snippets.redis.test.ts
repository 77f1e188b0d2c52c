import { inject, test } from 'vitest';
import { show as showBus } from './bus.redis.ts';
import { show as showCacheRedis } from './cache-redis.redis.ts';
import { show as showFleetBreakers } from './fleet-breakers.redis.ts';
import { show as showLockFleet } from './lock-fleet.redis.ts';
import { show as showQueueAway } from './queue-away.redis.ts';
import { show as showQueueShards } from './queue-shards.redis.ts';
import { show as showRatelimitAway } from './ratelimit-away.redis.ts';
import { show as showRedisConnections } from './redis-connections.redis.ts';
import { show as showScript } from './script.redis.ts';
import { show as showShardRedis } from './shard-redis.redis.ts';
import { show as showTokenLeasing } from './token-leasing.redis.ts';

test('bus.redis.ts runs as printed', () => showBus(inject('redis')));
test('cache-redis.redis.ts runs as printed', () =>
  showCacheRedis(inject('redis')));
test('fleet-breakers.redis.ts runs as printed', () =>
  showFleetBreakers(inject('redis')));
test('lock-fleet.redis.ts runs as printed', () =>
  showLockFleet(inject('redis')));
test('queue-away.redis.ts runs as printed', () =>
  showQueueAway(inject('redis')));
test('queue-shards.redis.ts runs as printed', () =>
  showQueueShards(inject('redis')));
test('ratelimit-away.redis.ts runs as printed', () =>
  showRatelimitAway(inject('redis')));
test('redis-connections.redis.ts runs as printed', () =>
  showRedisConnections(inject('redis')));
test('script.redis.ts runs as printed', () => showScript(inject('redis')));
test('shard-redis.redis.ts runs as printed', () =>
  showShardRedis(inject('redis')));
test('token-leasing.redis.ts runs as printed', () =>
  showTokenLeasing(inject('redis')));
