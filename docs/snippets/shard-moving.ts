import assert from 'node:assert/strict';
import { memoryShards } from '@xc/shard/testing';

const { adapter, connect } = memoryShards();

// #region topology
import {
  createRebalancer,
  createRouter,
  createTopology,
  hashPartitions,
  memoryJournal,
  memoryTopologyStore,
  planRebalance,
} from '@xc/shard';

const partitioner = hashPartitions({ partitions: 4 });
const shards = [{ id: 'north' }, { id: 'south' }];
const owners = ['north', 'north', 'south', 'south'];
const store = memoryTopologyStore(
  createTopology({ partitioner, shards, owners }),
);
await using router = await createRouter({ partitioner, store, connect });
for (let n = 0; n < 1_000; n += 1) {
  await router.write(`user:${n}`, (db) => db.put(`user:${n}`, { n }));
}

// 1. Everybody gets to know the new shard, which owns nothing yet.
const known = await router.refresh();
const grown = {
  ...known,
  epoch: known.epoch + 1,
  shards: [...known.shards, { id: 'west' }],
};
assert.ok(await store.cas(grown, known.epoch));
// #endregion

// #region run
// 2. What should move? Look at it before anything happens.
const plan = planRebalance(grown);
console.log(plan.moves, plan.before.maxOverMean, plan.after.maxOverMean);

// 3. Move, while reads and writes go on.
const journal = memoryJournal();
await using rebalancer = createRebalancer({ store, journal, adapter });
const report = await rebalancer.run(plan, { jobId: 'west' });
assert.ok(report.ok);
// #endregion

export const lines = (await journal.read('west'))
  .filter(({ moveId }) => moveId === undefined || moveId.endsWith('.2'))
  .map(({ seq, phase, step = '', cursor = '', facts = {} }) => {
    const { mover, fenceTerm, rowsCopied } = facts as Record<
      string,
      number
    >;
    const told = Object.entries({ mover, fenceTerm, rowsCopied, cursor })
      .filter(
        ([, value]) => value !== undefined && value !== 0 && value !== '',
      )
      .map(([name, value]) => `${name} ${value}`);
    return [seq, phase, step, ...told].join('  ').trimEnd();
  });

// #region reverse
// 4. Something is wrong with it? Back, with all that was written since.
await router.write('user:2', (db) => db.put('user:2', { n: 'newer' }));
const reversed = await rebalancer.reverse('west');
assert.ok(reversed.moves.every(({ phase }) => phase === 'reversed'));
// #endregion
assert.deepEqual(await router.read('user:2', (db) => db.get('user:2')), {
  n: 'newer',
});

// #region finish
// 5. Once more, and this time for good: the sources let go of what they kept.
await rebalancer.run(planRebalance(await router.refresh()), {
  jobId: 'west-again',
});
const finished = await rebalancer.finish('west-again', { force: true });
assert.ok(finished.moves.every(({ phase }) => phase === 'done'));
// #endregion
