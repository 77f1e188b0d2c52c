import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createLock } = await load('@xc/lock');
  const { lockStoreContract } = await load('@xc/lock/testing');
  assert.equal(await createLock().touch('a'), 1);
  assert.ok(lockStoreContract(() => assert.fail('not opened before it runs')).length > 0);
}
