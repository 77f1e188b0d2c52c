import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createCache, memoryTier } = await load('@xc/cache');
  const { chaosTier } = await load('@xc/cache/testing');
  const { redisTier } = await load('@xc/cache/redis');
  const { createHttpCache } = await load('@xc/cache/http');
  const { sessionStore } = await load('@xc/cache/session');
  const { keyvStore } = await load('@xc/cache/keyv');
  const { cacheManagerCompat } = await load('@xc/cache/cache-manager');
  const cache = createCache({ l2: chaosTier(memoryTier(), {}) });
  assert.equal(await cache.getOrSet('a', () => 1), 1);
  await cache.invalidate({ all: true });
  assert.equal(await cache.get('a'), undefined);
  const sessions = sessionStore(cache);
  const id = await sessions.create(1);
  assert.equal(await sessions.update(id, (count) => count + 1), true);
  assert.equal(await sessions.get(id), 2);
  assert.equal(await keyvStore(cache).set('b', 2), true);
  assert.equal(await cacheManagerCompat(cache).get('b'), 2);
  await cache[Symbol.asyncDispose]();
  assert.equal(typeof redisTier, 'function');
  assert.equal(typeof createHttpCache, 'function');
}
