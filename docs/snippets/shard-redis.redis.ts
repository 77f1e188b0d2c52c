import assert from 'node:assert/strict';
import { connectRedis } from '@xc/redis';
import {
  createRebalancer,
  createRouter,
  createTopology,
  hashPartitions,
  planRebalance,
} from '@xc/shard';
import {
  redisAdapter,
  redisConnect,
  redisJournal,
  redisTopologyStore,
} from '@xc/shard/redis';

export async function show(url: string): Promise<void> {
  const at = (db: number) =>
    connectRedis(`${url}/${db}`, { name: `db${db}` });
  // Databases of one server here; servers, or Sentinels, in earnest.
  const shards = { north: at(9), south: at(10) };
  const book = at(8);
  for (const client of [...Object.values(shards), book]) {
    await client.flushdb();
  }

  // #region snippet
  const partitioner = hashPartitions({ partitions: 64 });
  const store = redisTopologyStore(book, { name: 'users' });
  const journal = redisJournal(book, { name: 'users' });
  const connect = redisConnect(shards, { partitioner });
  const owners = Array<string>(64).fill('north');
  const ids = [{ id: 'north' }, { id: 'south' }];
  await store.cas(createTopology({ partitioner, shards: ids, owners }), 0);

  const router = await createRouter({ partitioner, store, connect });
  await router.write('user:42', async (redis) => {
    await redis.call('HSET', 'user:42', 'name', 'Ada');
    await redis.call('PEXPIRE', 'user:42', 3_600_000);
  });

  const adapter = redisAdapter({ shards, partitioner });
  const rebalancer = createRebalancer({
    store,
    journal,
    adapter,
    keepSourceMs: 0,
  });
  const plan = planRebalance(router.topology);
  assert.ok((await rebalancer.run(plan, { jobId: 'halve' })).ok);
  await router.refresh();
  const ada = await router.read('user:42', (redis) => {
    return redis.call('HGET', 'user:42', 'name');
  });
  assert.equal(ada, 'Ada');
  // #endregion

  await rebalancer[Symbol.asyncDispose]();
  await router[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  for (const client of [...Object.values(shards), book]) {
    await client.flushdb();
    client.disconnect();
  }
}
