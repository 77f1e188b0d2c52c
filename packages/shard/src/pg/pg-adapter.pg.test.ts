import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type PgDatabases, pgDatabases } from '../../test/pg-databases.ts';
import type { Place } from '../moving/data-adapter.ts';
import { type PgAdapter, pgAdapter } from './pg-adapter.ts';

const { signal } = new AbortController();
const P = 3;

let db: PgDatabases;
let adapter: PgAdapter;
beforeAll(async () => {
  db = await pgDatabases(inject('postgres').slice(0, 2));
  await db.everywhere('create table item (id text primary key, xc_partition int not null, value jsonb)');
  adapter = pgAdapter({
    shards: db.shards,
    tables: [{ name: 'item', key: 'id', partition: 'xc_partition' }],
    partitions: 8,
    schema: db.schema,
  });
  await adapter.install();
});
afterAll(() => db[Symbol.asyncDispose]());

const at = (shard: string, changes: Partial<Place> = {}): Place => ({
  shard,
  partition: P,
  moveId: 'm1',
  mover: 5,
  ...changes,
});
const put = (shard: string, id: string, value: unknown = 1, partition = P) =>
  db.rows(shard, 'insert into item values ($1, $2, $3) on conflict (id) do update set value = excluded.value', [
    id,
    partition,
    JSON.stringify(value),
  ]);

describe('the adapter of PostgreSQL', () => {
  test('copies rows in batches, in the order of their keys, and only those of the partition', async () => {
    const ids = ['k1', "it's", 'ünï€😀', '__proto__', '42', '', 'x'.repeat(1_000), '"q\\'];
    for (const id of ids) await put('a', id, { id });
    await put('a', 'other', 1, 4);
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const { rows, next } = await adapter.scan(at('a'), after, 3, signal);
      expect(rows.length).toBeLessThanOrEqual(3);
      seen.push(...rows.map(({ key }) => key));
      await adapter.apply(
        at('b'),
        rows.map((row) => ({ key: row.key, row })),
        signal,
      );
      if (next === undefined) break;
      after = next;
    }
    expect([...seen].sort()).toEqual([...ids].sort());
    const order = await db.rows('a', 'select id from item where xc_partition = 3 order by id');
    expect(seen).toEqual(order.map(({ id }) => id));
    expect(await adapter.digest(at('b'), 16, signal)).toEqual(await adapter.digest(at('a'), 16, signal));
    expect(await db.rows('b', 'select * from item order by id')).toEqual(
      await db.rows('a', 'select * from item where xc_partition = 3 order by id'),
    );
    const digests = await adapter.digest(at('a'), 4, signal);
    expect(digests.map(({ rows }) => rows).reduce((sum, rows) => sum + rows)).toBe(ids.length);
    const buckets = await Promise.all([0, 1, 2, 3].map((bucket) => adapter.bucket(at('a'), bucket, 4, signal)));
    expect(buckets.map((rows) => rows.length)).toEqual(digests.map(({ rows }) => rows));
    expect(new Set(buckets.flat().map(({ key }) => key))).toEqual(new Set(ids));
    let purged = 0;
    for (let count = 3; count === 3; purged += count) count = await adapter.purge(at('b'), 3, signal);
    expect(purged).toBe(ids.length);
    expect(await adapter.digest(at('b'), 1, signal)).toEqual([{ rows: 0, hash: '0'.repeat(32) }]);
    expect(await db.rows('a', 'select count(*)::int from item where xc_partition = 4')).toEqual([{ count: 1 }]);
  });

  test('notes each change of a captured partition, until it is acknowledged', async () => {
    await adapter.startCapture(at('a'), signal);
    await adapter.startCapture(at('a'), signal);
    await adapter.startCapture(at('a', { moveId: "m'2\\" }), signal);
    await put('a', 'c1');
    await put('a', 'c1', 2);
    await put('a', 'c2');
    await put('a', 'elsewhere', 1, 5);
    await db.rows('a', `delete from item where id = 'c2'`);
    await db.rows('a', `update item set id = 'c9' where id = 'c1'`);
    const first = await adapter.changes(at('a'), 1, signal);
    expect(first.keys).toEqual(['c1']);
    await put('a', 'c1', 3);
    await adapter.acknowledge(at('a'), first.ack as string, signal);
    await adapter.acknowledge(at('a'), first.ack as string, signal);
    const rest = await adapter.changes(at('a'), 10, signal);
    expect(rest.keys).toEqual(['c2', 'c9', 'c1']);
    const read = await adapter.read(at('a'), rest.keys, signal);
    expect(read.map(({ key }) => key).sort()).toEqual(['c1', 'c9']);
    await adapter.acknowledge(at('a'), rest.ack as string, signal);
    expect(await adapter.changes(at('a'), 10, signal)).toEqual({ keys: [], ack: undefined });
    expect((await adapter.changes(at('a', { moveId: "m'2\\" }), 10, signal)).keys).toEqual(['c1', 'c2', 'c9']);
    const kept = await adapter.inspect?.('a', signal);
    expect(kept?.find(({ partition }) => partition === P)?.captures).toEqual(['m1', "m'2\\"]);
    await adapter.stopCapture(at('a'), signal);
    await put('a', 'c3');
    expect((await adapter.changes(at('a'), 10, signal)).keys).toEqual([]);
    expect((await adapter.changes(at('a', { moveId: "m'2\\" }), 10, signal)).keys).toContain('c3');
    await adapter.stopCapture(at('a', { moveId: "m'2\\" }), signal);
    expect((await adapter.inspect?.('a', signal))?.flatMap(({ captures }) => captures)).toEqual([]);
  });

  test('removes what writers inside have noted when their capture ends, also where that was begun by a mover that died', async () => {
    const stray = async () => (await db.rows('a', `select key from ${db.schema}.change`)).length;
    await adapter.startCapture(at('a'), signal);
    const client = await db.pool('a').connect();
    await client.query('begin');
    await client.query(`insert into item values ('inside', ${P}, '1')`);
    const dying = new AbortController();
    const first = adapter.stopCapture(at('a'), dying.signal);
    const isOff = async () =>
      (await db.rows('a', `select 1 from ${db.schema}.partition where capture is not null`)).length;
    await expect.poll(isOff).toBe(0);
    dying.abort(new Error('killed'));
    await expect(first).rejects.toThrow('killed');
    let ended = false;
    const second = adapter.stopCapture(at('a'), signal).then(() => {
      ended = true;
    });
    // Who writes meanwhile neither waits nor is waited for.
    for (let n = 0; n < 5; n += 1) await put('a', 'meanwhile', n);
    expect(ended).toBe(false);
    await client.query('commit');
    client.release();
    await second;
    expect(await stray()).toBe(0);
    expect((await adapter.inspect?.('a', signal))?.flatMap(({ captures }) => captures)).toEqual([]);
  });

  test('shows a change that a transaction notes which outlasts the end of its capture, until that is ended once more', async () => {
    const captures = async () =>
      (await adapter.inspect?.('a', signal))?.find(({ partition }) => partition === P)?.captures;
    await adapter.startCapture(at('a'), signal);
    const client = await db.pool('a').connect();
    await client.query('begin');
    await client.query(`insert into item values ('late', ${P}, '1')`);
    await adapter.stopCapture(at('a'), signal);
    await client.query('commit');
    client.release();
    expect(await captures()).toEqual(['m1']);
    await adapter.stopCapture(at('a'), signal);
    expect(await captures()).toEqual([]);
  });
});
