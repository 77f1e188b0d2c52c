import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type PgDatabases, pgDatabases } from '../../test/pg-databases.ts';
import type { Place } from '../moving/data-adapter.ts';
import { type PgAdapter, pgAdapter } from './pg-adapter.ts';

const { signal } = new AbortController();
const levels = ['read committed', 'repeatable read', 'serializable'] as const;
/** A refused term, a serialization failure. */
const REFUSED = ['XC001', '40001'];

let db: PgDatabases;
let adapter: PgAdapter;
beforeAll(async () => {
  db = await pgDatabases(inject('postgres').slice(1, 2), { max: 30 });
  await db.everywhere('create table item (id text primary key, xc_partition int not null, n int not null default 0)');
  const tables = [{ name: 'item', key: 'id', partition: 'xc_partition' }];
  adapter = pgAdapter({ shards: db.shards, tables, partitions: 100, schema: db.schema });
  await adapter.install();
});
afterAll(() => db[Symbol.asyncDispose]());

let last = 0;
/** A partition that nobody else has. */
function place(): Place {
  last += 1;
  return { shard: 'a', partition: last, moveId: `m${last}`, mover: 1 };
}

async function begun(level: string, term = 1): Promise<pg.PoolClient> {
  const client = await db.pool('a').connect();
  await client.query(`begin isolation level ${level}; set local xc.term = '${term}'`);
  // From here on the snapshot of the higher levels is fixed.
  await client.query('select 1');
  return client;
}

async function ended(client: pg.PoolClient): Promise<void> {
  await client.query('rollback');
  client.release();
}

const insert = (client: pg.PoolClient, { partition }: Place, id: string) =>
  client.query('insert into item (id, xc_partition) values ($1, $2)', [`${partition} ${id}`, partition]);
const count = async ({ partition }: Place) =>
  (await db.rows('a', 'select count(*)::int as n from item where xc_partition = $1', [partition]))[0]?.n;
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(levels)('a fence of data whose writers are in %s', (level) => {
  test('refuses who began before it and writes after it', async () => {
    const at = place();
    const client = await begun(level);
    await adapter.fence(at, 2, signal);
    const error = await insert(client, at, 'late').catch((failure) => failure);
    expect(REFUSED).toContain(error.code);
    await ended(client);
    expect(await count(at)).toBe(0);
    const next = await begun(level, 2);
    await insert(next, at, 'newer');
    await next.query('commit');
    next.release();
    expect(await count(at)).toBe(1);
  });

  test('waits for who has written, and lets the commit through', async () => {
    const at = place();
    const client = await begun(level);
    await insert(client, at, 'early');
    let isClosed = false;
    const fence = adapter.fence(at, 2, signal).then(() => {
      isClosed = true;
    });
    await later(50);
    expect(isClosed).toBe(false);
    // Whoever is inside writes on, and does not wait for whoever waits for it.
    await insert(client, at, 'early too');
    await client.query('commit');
    client.release();
    await fence;
    expect(await count(at)).toBe(2);
  });

  test('gets through a stream of them, and none of them past it', async () => {
    const at = place();
    let [isOver, written] = [false, 0];
    const refused: unknown[] = [];
    const writer = async (name: string): Promise<void> => {
      for (let round = 0; !isOver; round += 1) {
        const client = await db.pool('a').connect();
        try {
          await client.query(`begin isolation level ${level}; set local xc.term = '1'`);
          await insert(client, at, `${name} ${round}`);
          await insert(client, at, `${name} ${round} again`);
          await client.query('commit');
          written += 2;
        } catch (error) {
          refused.push((error as { code: unknown }).code);
          await client.query('rollback');
        } finally {
          client.release();
        }
      }
    };
    const writers = ['a', 'b', 'c', 'd', 'e', 'f'].map(writer);
    while (written < 50) await later(5);
    await adapter.fence(at, 2, signal);
    const rows = await count(at);
    await later(100);
    isOver = true;
    await Promise.all(writers);
    expect(await count(at)).toBe(rows);
    expect(written).toBe(rows);
    expect(refused).toContain('XC001');
    expect(refused.filter((code) => !REFUSED.includes(code as string))).toEqual([]);
  });

  test('is told of every change that an earlier snapshot makes after the capture has begun', async () => {
    const at = place();
    const client = await begun(level);
    await adapter.startCapture(at, signal);
    const error = await insert(client, at, 'k').then(
      () => undefined,
      (failure) => failure,
    );
    await client.query('commit');
    client.release();
    const { keys } = await adapter.changes(at, 10, signal);
    if (error === undefined) expect(keys).toEqual([`${at.partition} k`]);
    else expect([error.code, await count(at)]).toEqual(['40001', 0]);
  });
});

describe('a fence', () => {
  test('gives up by itself when a writer stays inside, and writers go on', async () => {
    const at = place();
    const client = await begun('read committed');
    await insert(client, at, 'early');
    const since = performance.now();
    const fence = adapter.fence(at, 2, signal);
    const behind = begun('read committed').then(async (other) => {
      await insert(other, at, 'behind');
      await other.query('commit');
      other.release();
    });
    await expect(fence).rejects.toMatchObject({ code: 'XC_SHARD_TIMEOUT', retryable: true });
    expect(performance.now() - since).toBeLessThan(5_000);
    await behind;
    await client.query('commit');
    client.release();
    expect(await count(at)).toBe(2);
  });

  test('does not hold two writers in a circle with it', async () => {
    const at = place();
    const [first, second] = [await begun('read committed'), await begun('read committed')];
    await first.query('insert into item (id, xc_partition) values ($1, $2)', [`${at.partition} row`, at.partition]);
    await first.query('commit; begin');
    await insert(first, at, 'inside');
    const fence = adapter.fence(at, 2, signal);
    await later(30);
    // The second has the row and waits behind the fence, the first is inside and waits for the row.
    const update = 'update item set n = n + 1 where id = $1';
    const waiting = second.query(update, [`${at.partition} row`]).then(
      () => second.query('commit'),
      async (error) => {
        await second.query('rollback');
        return error;
      },
    );
    await later(30);
    await first.query(update, [`${at.partition} row`]);
    await first.query('commit');
    const outcome = await waiting;
    expect(outcome.code ?? 'committed').not.toBe('40P01');
    await fence;
    for (const client of [first, second]) client.release();
  });

  test('of a move that was given up lets nobody in who is older', async () => {
    const at = place();
    const giveUp = new AbortController();
    const client = await begun('read committed');
    await insert(client, at, 'early');
    const fence = adapter.fence(at, 9, giveUp.signal);
    await later(30);
    giveUp.abort(new Error('enough'));
    await expect(fence).rejects.toThrow('enough');
    await insert(client, at, 'still inside');
    await client.query('commit');
    client.release();
    const other = await begun('read committed');
    await insert(other, at, 'let in');
    await other.query('commit');
    other.release();
    expect(await count(at)).toBe(3);
  });
});

describe('a table that is moved', () => {
  test('keeps each row in its partition, and has no other partitions', async () => {
    const at = place();
    const rows = (sql: string) => db.rows('a', sql);
    await rows(`insert into item values ('fixed', ${at.partition})`);
    await expect(rows(`update item set xc_partition = 0 where id = 'fixed'`)).rejects.toMatchObject({ code: 'XC002' });
    await expect(rows(`insert into item values ('x', 100)`)).rejects.toMatchObject({ code: 'XC003' });
    await expect(rows(`insert into item values ('x', -1)`)).rejects.toMatchObject({ code: 'XC003' });
    await rows(`update item set xc_partition = ${at.partition}, n = 7 where id = 'fixed'`);
  });

  test('is not truncated while it is captured, not by an older snapshot either', async () => {
    const at = place();
    const [older, newer] = [await begun('repeatable read'), await begun('read committed')];
    await adapter.startCapture(at, signal);
    await expect(older.query('truncate item')).rejects.toMatchObject({ code: '40001' });
    await ended(older);
    await expect(newer.query('truncate item')).rejects.toMatchObject({ code: 'XC004' });
    await ended(newer);
    await adapter.stopCapture(at, signal);
    for (const { partition, captures } of (await adapter.inspect?.('a', signal)) ?? []) {
      for (const moveId of captures) await adapter.stopCapture({ ...at, partition, moveId }, signal);
    }
    const client = await begun('read committed');
    await client.query('truncate item');
    await ended(client);
  });

  test('is written by a role that may do nothing with what is ours', async () => {
    const at = place();
    const { schema } = db;
    const role = `${schema}_app`;
    const client = await db.pool('a').connect();
    try {
      await client.query(`create role ${role}; grant usage on schema ${schema.slice(0, -3)} to ${role};
        grant select, insert, update, delete on item to ${role}`);
      await adapter.startCapture(at, signal);
      await client.query(`set role ${role}; begin isolation level repeatable read`);
      await insert(client, at, 'app');
      await client.query('commit');
      await expect(client.query(`select * from ${schema}.partition`)).rejects.toMatchObject({ code: '42501' });
      await client.query('reset role');
      expect((await adapter.changes(at, 10, signal)).keys).toEqual([`${at.partition} app`]);
    } finally {
      await client.query(`reset role; drop owned by ${role}; drop role ${role}`);
      client.release();
    }
  });
});
