import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createCache, memoryTier } = await load('@xc/cache');
  const { chaosTier } = await load('@xc/cache/testing');
  const { redisTier } = await load('@xc/cache/redis');
  const cache = createCache({ l2: chaosTier(memoryTier(), {}) });
  assert.equal(await cache.getOrSet('a', () => 1), 1);
  await cache.invalidate({ all: true });
  assert.equal(await cache.get('a'), undefined);
  await cache[Symbol.asyncDispose]();
  assert.equal(typeof redisTier, 'function');
}
