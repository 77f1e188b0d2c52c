import assert from 'node:assert/strict';
import { memoryShards } from '@xc/shard/testing';

const { connect, stop } = memoryShards();

// #region route
import {
  createRouter,
  createTopology,
  hashPartitions,
  memoryTopologyStore,
  mergeTotals,
  tenantPartitions,
} from '@xc/shard';

const shards = ['a', 'b', 'c'].map((id) => ({ id }));
const partitioner = hashPartitions({ partitions: 30 });
const store = memoryTopologyStore(createTopology({ partitioner, shards }));
await using router = await createRouter({ partitioner, store, connect });

// Ask which shards a question touches, before asking it.
assert.equal(router.route({ key: 'user:1' }).kind, 'single');
assert.equal(router.route({ all: true }).kind, 'scatter');

// A tenant is a question to one shard, if the tenant is in the key.
const byTenant = tenantPartitions({ partitions: 30 });
await using tenants = await createRouter({
  partitioner: byTenant,
  store: memoryTopologyStore(
    createTopology({ partitioner: byTenant, shards }),
  ),
  connect,
});
assert.equal(tenants.route({ under: ['shop'] }).kind, 'single');
// #endregion

for (let n = 1; n <= 90; n += 1) {
  await router.write(`user:${n}`, (db) => db.put(`user:${n}`, n));
}

// #region scatter
// Nobody scatters by accident.
const ages = mergeTotals({ ages: 'sum', users: 'count' });
const ask: Parameters<typeof router.scatter<Totals, unknown>>[0] = async (
  db,
) => {
  const rows = await db.list();
  const ages = rows.reduce((sum, { value }) => sum + Number(value), 0);
  return { ages, users: rows.length };
};
await assert.rejects(router.scatter(ask, { merge: ages }), {
  code: 'XC_SHARD_SCATTER_REFUSED',
});

// The mean of all is no mean of means: sums and counts are added up first.
const mean = mergeTotals<Totals & { mean: unknown }>({
  ages: 'sum',
  users: 'count',
  mean: { avg: ['ages', 'users'] },
});
const { value } = await router.scatter(
  async (db, context) => ({ ...(await ask(db, context)), mean: undefined }),
  { merge: mean, allowScatter: true },
);
assert.deepEqual(value, { ages: 4_095, users: 90, mean: 45.5 });
// #endregion

stop('b');
// #region partial
// One shard is away. By default that is a failure; a page that can do
// without says so, and is told what is missing.
await assert.rejects(
  router.scatter(ask, { merge: ages, allowScatter: true }),
);
const partial = await router.scatter(ask, {
  merge: ages,
  allowScatter: true,
  partial: 'best-effort',
  perShardTimeoutMs: 500,
});
assert.deepEqual(
  partial.missing.map(({ shard }) => shard),
  ['b'],
);
// #endregion

interface Totals extends Readonly<Record<string, unknown>> {
  readonly ages: number;
  readonly users: number;
}
