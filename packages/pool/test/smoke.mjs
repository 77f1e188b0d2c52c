import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createPool } = await load('@xc/pool');
  const { poolStoreContract } = await load('@xc/pool/testing');
  assert.equal(await createPool().touch('a'), 1);
  assert.ok(poolStoreContract(() => assert.fail('not opened before it runs')).length > 0);
}
