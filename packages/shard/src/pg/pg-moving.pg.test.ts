import { afterEach, expect, inject, test } from 'vitest';
import { type PgDatabases, pgDatabases } from '../../test/pg-databases.ts';
import { createRebalancer } from '../moving/create-rebalancer.ts';
import type { Place } from '../moving/data-adapter.ts';
import { memoryJournal } from '../moving/memory-journal.ts';
import { hashPartitions } from '../partitioners/hash-partitions.ts';
import { planRebalance } from '../planning/plan-rebalance.ts';
import { createRouter } from '../router/create-router.ts';
import { createTopology } from '../topology/create-topology.ts';
import { memoryTopologyStore } from '../topology/memory-topology-store.ts';
import { pgAdapter } from './pg-adapter.ts';
import { pgConnect } from './pg-connect.ts';

const { signal } = new AbortController();
const partitioner = hashPartitions({ partitions: 8 });

let db: PgDatabases;
afterEach(() => db[Symbol.asyncDispose]());

async function opened() {
  db = await pgDatabases(inject('postgres').slice(1, 3));
  await db.everywhere('create table item (id text primary key, part int not null, n int not null default 0)');
  const tables = [{ name: 'item', key: 'id', partition: 'part' }];
  const adapter = pgAdapter({ shards: db.shards, tables, partitions: 8, schema: db.schema });
  await adapter.install();
  const owners = Array.from({ length: 8 }, () => 'a');
  const store = memoryTopologyStore(createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b' }], owners }));
  const router = await createRouter({ partitioner, store, connect: pgConnect(db.shards) });
  const mover = (options: object = {}) =>
    createRebalancer({ store, journal: memoryJournal(), adapter, batchRows: 7, ...options });
  return { adapter, store, router, mover };
}

test('a row that is written all the time is moved with all of its writes, there and back', async () => {
  const { router, mover } = await opened();
  const keys = Array.from({ length: 40 }, (_, index) => `key ${index}`);
  const add = (key: string) =>
    router.write(key, (own, { partition }) =>
      own.query('insert into item values ($1, $2, 1) on conflict (id) do update set n = item.n + 1', [key, partition]),
    );
  for (const key of keys) await add(key);
  const counts = new Map(keys.map((key) => [key, 1]));
  let isOver = false;
  const writers = keys.slice(0, 4).map(async (key) => {
    while (!isOver) {
      await add(key);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  });
  await using rebalancer = mover();
  const run = await rebalancer.run(planRebalance(router.topology), { jobId: 'j' });
  expect(run.moves.map(({ phase }) => phase)).toEqual(Array(4).fill('reversible'));
  const back = await rebalancer.reverse('j');
  expect(back.moves.map(({ phase }) => phase)).toEqual(Array(4).fill('reversed'));
  isOver = true;
  await Promise.all(writers);
  const rows = (await db.rows('a', 'select id, n from item')) as { id: string; n: number }[];
  expect(new Map(rows.map(({ id, n }) => [id, n]))).toEqual(counts);
  expect(await db.rows('b', 'select * from item')).toEqual([]);
  for (const shard of ['a', 'b']) expect(await db.rows(shard, `select * from ${db.schema}.change`)).toEqual([]);
  expect((await rebalancer.repair()).findings).toEqual([]);
  await router[Symbol.asyncDispose]();
});

test('what others have left behind is found and mended', async () => {
  const { adapter, store, router, mover } = await opened();
  const key = 'key 1';
  const other = 'other 1';
  await router.write(key, (own, { partition }) =>
    own.query('insert into item values ($1, $3), ($2, $3)', [key, other, partition]),
  );
  const at: Place = { shard: 'a', partition: partitioner.of(key), moveId: 'lost', mover: 1 };
  await adapter.startCapture(at, signal);
  await adapter.fence(at, 9, signal);
  await db.rows(
    'b',
    `begin; set local xc.mover = '1'; insert into item values ('${key}', ${at.partition}, 0), ('${other}', ${at.partition}, 7); commit`,
  );
  await using rebalancer = mover();
  const { findings, apply } = await rebalancer.repair();
  expect(new Set(findings.map(({ kind }) => kind))).toEqual(
    new Set(['capture-left-on', 'stuck-fence', 'orphan-rows', 'different-rows']),
  );
  await apply();
  expect((await rebalancer.repair()).findings).toMatchObject([{ kind: 'different-rows', action: 'manual' }]);
  expect(await db.rows('b', 'select id, n from item')).toEqual([{ id: other, n: 7 }]);
  expect((await store.load())?.terms[at.partition]).toBeGreaterThanOrEqual(9);
  await router.refresh();
  await router.write(key, (own) => own.query('update item set n = n + 1 where id = $1', [key]));
  expect(await db.rows('a', 'select n from item order by n')).toEqual([{ n: 0 }, { n: 1 }]);
  await router[Symbol.asyncDispose]();
});
