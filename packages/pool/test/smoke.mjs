import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createPool, createKeyedPool } = await load('@xc/pool');
  const { fakeFactory } = await load('@xc/pool/testing');
  const pool = createPool(fakeFactory(), { max: 1 });
  assert.equal(await pool.use(({ id }) => id), 1);
  assert.equal((await pool.drain()).clean, true);
  const keyed = createKeyedPool(() => fakeFactory());
  assert.equal(await keyed.use('a', () => 42), 42);
  await keyed.drain();
}
