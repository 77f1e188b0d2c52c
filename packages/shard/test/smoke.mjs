import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createShard } = await load('@xc/shard');
  const { shardStoreContract } = await load('@xc/shard/testing');
  assert.equal(await createShard().touch('a'), 1);
  assert.ok(shardStoreContract(() => assert.fail('not opened before it runs')).length > 0);
}
