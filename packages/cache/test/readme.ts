import assert from 'node:assert/strict';
// #region usage
import { createCache } from '@xc/cache';

const load = async () => ({ name: 'Ada' });
const byIds = async (ids: readonly number[]) => ids.map((id) => (id === 1 ? { name: 'Ada' } : undefined));

const cache = createCache({ defaults: { ttlMs: 60_000, graceMs: 3_600_000 } }); // { l2: redisTier(client), coherence: pubsub(client) }

const user = await cache.getOrSet('user:1', load, { tags: ['users'] }); // once for all who ask, stale when `load` fails
await cache.invalidate({ tags: ['users'] }); // also what is being loaded right now

const users = cache.define('user', { loadMany: byIds, batch: { maxSize: 100 } });
const [ada, none] = await Promise.all([users.get(1), users.get(2)]); // one call of `byIds`
// #endregion

assert.deepEqual([user, ada, none], [{ name: 'Ada' }, { name: 'Ada' }, undefined]);
assert.equal(await cache.get('user:1'), undefined);
await cache[Symbol.asyncDispose]();
