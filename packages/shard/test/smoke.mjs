import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createRouter, createTopology, hashPartitions, memoryTopologyStore, planRebalance, ringPicker } =
    await load('@xc/shard');
  const { redisSlot, xxh32 } = await load('@xc/shard/hash');
  const { storeContract } = await load('@xc/shard/testing');
  const { redisTopologyStore } = await load('@xc/shard/redis');
  const { pgAdapter, pgConnect } = await load('@xc/shard/pg');
  const { sqlTopologyStore } = await load('@xc/shard/sql');
  assert.throws(() => redisTopologyStore(undefined, { name: 'x' }), TypeError);
  assert.throws(() => sqlTopologyStore({}), TypeError);
  assert.throws(() => pgConnect({}), TypeError);
  assert.throws(() => pgAdapter({}), TypeError);
  assert.equal(hashPartitions().of('user:42'), 3991);
  assert.equal(redisSlot('foo{}{bar}'), 8363);
  assert.equal(xxh32('a'), 0x550d7456);
  const shards = [{ id: 'a' }, { id: 'b' }];
  assert.equal(ringPicker(shards).pickMany('key', 2).length, 2);
  const partitioner = hashPartitions({ partitions: 8 });
  const topology = createTopology({ partitioner, shards });
  assert.deepEqual(planRebalance(topology).notes, []);
  const router = await createRouter({ partitioner, store: memoryTopologyStore(topology), connect: ({ id }) => id });
  assert.equal(await router.write('x', (client) => client), router.locate('x').shard);
  await router[Symbol.asyncDispose]();
  const cases = storeContract(async () => ({ open: async () => memoryTopologyStore() }));
  for (const { run } of cases.slice(0, 1)) await run();
}
