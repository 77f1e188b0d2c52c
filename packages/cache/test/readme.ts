import assert from 'node:assert/strict';
// #region usage
import { createCache } from '@xc/cache';

const cache = createCache({ defaults: { ttlMs: 60_000 } });
const load = async () => ({ name: 'Ada' });

const user = await cache.getOrSet('user:1', load, { tags: ['users'] });
await cache.invalidate({ tags: ['users'] });
// #endregion

assert.deepEqual(user, { name: 'Ada' });
assert.equal(await cache.get('user:1'), undefined);
await cache[Symbol.asyncDispose]();
