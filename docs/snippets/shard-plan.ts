import assert from 'node:assert/strict';
// #region snippet
import {
  createHeat,
  createRouter,
  createTopology,
  hashPartitions,
  memoryTopologyStore,
  planRebalance,
} from '@xc/shard';

const partitioner = hashPartitions({ partitions: 64 });
const before = createTopology({
  partitioner,
  shards: [{ id: 'a' }, { id: 'b' }],
});
const heat = createHeat();
await using router = await createRouter({
  partitioner,
  store: memoryTopologyStore(before),
  heat,
  connect: ({ id }) => id,
});
for (let user = 0; user < 500; user += 1)
  await router.read(`user:${user}`, (shard) => shard);

const grown = { ...before, shards: [...before.shards, { id: 'c' }] };
const plan = planRebalance(grown, { costs: heat.costs(), threshold: 0.05 });
console.log(
  `${plan.moves.length} partitions move, the fullest shard goes from ${plan.before.maxOverMean.toFixed(2)} x mean to`,
);
console.log(plan.after.maxOverMean.toFixed(2));
// #endregion
assert.ok(
  plan.moves.length > 0 && plan.after.maxOverMean < plan.before.maxOverMean,
);
