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

  const { createReplicaPool } = await load('@xc/pool');
  const { manualReplication } = await load('@xc/pool/testing');
  const database = manualReplication();
  const nodes = ['a', 'b'].map((name) => ({ name, pool: createPool(database.factory(name)) }));
  const replicas = createReplicaPool({ nodes, view: database.view });
  assert.equal(await replicas.read((connection) => connection.node), 'b');
  assert.equal(await replicas.write((connection) => connection.node), 'a');
  await replicas[Symbol.asyncDispose]();

  const { createQueryMonitor, fingerprint } = await load('@xc/pool/query');
  const monitor = createQueryMonitor();
  assert.equal(await monitor.observe('SELECT 1', async () => 1), 1);
  assert.equal(monitor.top('count', 1)[0].shape, fingerprint('select 2'));

  const { createPool: createFacade, fromGenericPool } = await load('@xc/pool/generic-pool');
  const facade = createFacade({ create: () => ({ open: true }), destroy() {} }, { max: 1 });
  await facade.release(await facade.acquire());
  assert.equal(facade.available, 1);
  const adopted = fromGenericPool(facade);
  assert.equal(await adopted.use(({ open }) => open), true);
  assert.equal((await adopted.drain()).clean, true);

  const { knexPool } = await load('@xc/pool/knex');
  const shaped = knexPool(createPool(fakeFactory(), { max: 1 }));
  assert.equal(shaped.release(await shaped.acquire().promise), true);
  await shaped.destroy();
}
