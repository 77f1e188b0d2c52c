import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createQueue } = await load('@xc/queue');
  const { queueStoreContract } = await load('@xc/queue/testing');
  assert.equal(await createQueue().touch('a'), 1);
  assert.ok(queueStoreContract(() => assert.fail('not opened before it runs')).length > 0);
}
