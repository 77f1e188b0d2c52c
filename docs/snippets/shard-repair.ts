import assert from 'node:assert/strict';
import {
  createRebalancer,
  createRouter,
  createTopology,
  hashPartitions,
  memoryJournal,
  memoryTopologyStore,
  planRebalance,
} from '@xc/shard';
import { memoryShards } from '@xc/shard/testing';

const { adapter, connect } = memoryShards();
const partitioner = hashPartitions({ partitions: 8 });
const shards = [{ id: 'north' }, { id: 'south' }];
const owners = Array<string>(8).fill('north');
const topology = createTopology({ partitioner, shards, owners });
const store = memoryTopologyStore(topology);
const journal = memoryJournal();
await using router = await createRouter({ partitioner, store, connect });
for (let n = 0; n < 200; n += 1) {
  await router.write(`user:${n}`, (db) => db.put(`user:${n}`, { n }));
}

// A mover that stops in the middle, as if somebody had pulled the plug.
const power = new AbortController();
const dying = createRebalancer({
  store,
  journal,
  adapter,
  batchRows: 10,
  onProgress: ({ phase }) => phase === 'verify' && power.abort(),
});
await assert.rejects(
  dying.run(planRebalance(topology), {
    jobId: 'grow',
    signal: power.signal,
  }),
);
await dying[Symbol.asyncDispose]();

// #region repair
await using rebalancer = createRebalancer({ store, journal, adapter });
const { findings, apply } = await rebalancer.repair();
for (const { kind, shard, partition, text, action } of findings) {
  console.log(`${kind} on ${shard}, partition ${partition}: ${text}`);
  console.log(`  to be done: ${action}`);
}

// Nothing has happened so far. Now what the findings propose is done.
await apply();
assert.deepEqual((await rebalancer.repair()).findings, []);
// #endregion
assert.ok(findings.length > 0);
assert.ok(findings.every(({ kind }) => kind === 'unfinished-job'));
