import assert from 'node:assert/strict';
import { memoryShards } from '@xc/shard/testing';

const { adapter, connect } = memoryShards();

// #region moving
import {
  createRebalancer,
  createRouter,
  createTopology,
  hashPartitions,
  memoryJournal,
  memoryTopologyStore,
  planRebalance,
} from '@xc/shard';

const partitioner = hashPartitions({ partitions: 16 });
const shards = [{ id: 'north' }, { id: 'south' }];
const store = memoryTopologyStore(createTopology({ partitioner, shards }));
await using router = await createRouter({ partitioner, store, connect });
await router.write('user:42', (db) => db.put('user:42', { name: 'Ada' }));

// adapter and connect: pgAdapter and pgConnect, redisAdapter and redisConnect, or your own
await using rebalancer = createRebalancer({ store, journal: memoryJournal(), adapter });
const plan = planRebalance(router.topology, { drain: ['south'] });
const { ok } = await rebalancer.run(plan, { jobId: 'leave-south' }); // kill it at any moment, and
await rebalancer.resume('leave-south'); //                              another process goes on
await rebalancer.finish('leave-south', { force: true }); //             or reverse('leave-south')
// #endregion

assert.ok(ok);
assert.deepEqual(await router.read('user:42', (db) => db.get('user:42')), { name: 'Ada' });
assert.ok((await router.refresh()).owners.every((owner) => owner === 'north'));
