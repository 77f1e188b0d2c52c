import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createLocks, fencedUpdate, memoryLockStore } = await load('@xc/lock');
  const { lockStoreContract } = await load('@xc/lock/testing');
  const locks = createLocks({ store: memoryLockStore() });
  const lease = await locks.acquire('a');
  assert.equal(await locks.tryAcquire('a'), undefined);
  await lease.release();
  const next = await locks.acquire('a');
  assert.ok(next.fence > lease.fence);
  assert.equal(next.signal.aborted, false);
  const { params } = fencedUpdate({ table: 't', set: { a: 1 }, where: { id: 1 }, fence: next.fence });
  assert.equal(params[1], String(next.fence));
  assert.ok(lockStoreContract.length > 0);
  await locks[Symbol.asyncDispose]();
}
