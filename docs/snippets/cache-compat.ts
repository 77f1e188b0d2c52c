import assert from 'node:assert/strict';
import { createCache } from '@xc/cache';
import { cacheManagerCompat } from '@xc/cache/cache-manager';

const ours = createCache({ defaults: { ttlMs: 60_000 } });
const cache = cacheManagerCompat(ours); // the calls stay as they are

const load = async () => ({ name: 'Ada' });
await cache.wrap('user:1', load, { ttl: 10_000, refreshThreshold: 3_000 });
assert.deepEqual(await cache.get('user:1'), { name: 'Ada' });
await cache.mset([
  { key: 'a', value: 1 },
  { key: 'b', value: 2, ttl: 500 },
]);
assert.deepEqual(await cache.mget(['b', 'a']), [2, 1]);

// What is new is at hand for the same entries.
await ours.invalidate({ prefix: 'user:' });
assert.equal(await cache.get('user:1'), undefined);
