import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createRatelimit } = await load('@xc/ratelimit');
  const { ratelimitStoreContract } = await load('@xc/ratelimit/testing');
  assert.equal(await createRatelimit().touch('a'), 1);
  assert.ok(ratelimitStoreContract(() => assert.fail('not opened before it runs')).length > 0);
}
