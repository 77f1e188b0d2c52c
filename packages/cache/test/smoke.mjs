import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createCache } = await load('@xc/cache');
  const { cacheStoreContract } = await load('@xc/cache/testing');
  assert.equal(await createCache().touch('a'), 1);
  assert.ok(cacheStoreContract(() => assert.fail('not opened before it runs')).length > 0);
}
