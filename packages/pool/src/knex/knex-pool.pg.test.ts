import knexModule, { type Knex } from 'knex';
import type { Client } from 'pg';
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createPool } from '../create-pool.ts';
import { pgFactory } from '../pg/pg-factory.ts';
import type { Pool } from '../pool.ts';
import type { PoolOptions } from '../pool-options.ts';
import { fromTarn, type KnexPool, knexPool } from './index.ts';

const connectionString = inject('postgres')[0] as string;
const { knex } = knexModule;
const toEnd: (() => Promise<unknown>)[] = [];
const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };

afterEach(async () => {
  for (const end of toEnd.splice(0)) await end();
});

interface Given {
  readonly db: Knex;
  readonly pool: Pool<Client>;
  readonly shaped: KnexPool<Client>;
}

/** The two ways in which Knex takes a pool. */
const ways = {
  'client.pool': (shaped: KnexPool<Client>) => {
    const db = knex({ client: 'pg', log: silent });
    db.client.pool = shaped;
    return db;
  },
  connectionPool: (shaped: KnexPool<Client>) => knex({ client: 'pg', connectionPool: shaped as never, log: silent }),
};

function given(way: keyof typeof ways, options: PoolOptions<Client> = {}): Given {
  const pool = createPool(pgFactory({ connectionString }), { max: 4, ...options });
  const shaped = knexPool(pool);
  toEnd.push(() => pool.drain({ deadlineMs: 500 }));
  return { db: ways[way](shaped), pool, shaped };
}

beforeAll(async () => {
  const db = knex({ client: 'pg', connection: connectionString });
  await db.schema.dropTableIfExists('knex_pool');
  await db.schema.createTable('knex_pool', (table) => {
    table.increments('id');
    table.text('name').unique();
  });
  await db.destroy();
});

describe.each(['client.pool', 'connectionPool'] as const)('Knex with our pool as %s', (way) => {
  test('runs queries, many at a time, and returns every connection', async () => {
    const { db, pool, shaped } = given(way);
    const rows = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => (await db.raw('SELECT ?::int AS n', [n])).rows[0].n),
    );
    expect(rows).toEqual(Array.from({ length: 50 }, (_, n) => n));
    await expect.poll(() => pool.stats()).toMatchObject({ inUse: 0, waiting: 0, acquired: 50 });
    expect(pool.stats().created).toBeLessThanOrEqual(4);
    expect([shaped.numUsed(), shaped.numPendingAcquires(), shaped.numPendingCreates()]).toEqual([0, 0, 0]);
    await expect.poll(() => shaped.numFree()).toBe(pool.stats().size);
  });

  test('commits and rolls back on one connection', async () => {
    const { db, pool } = given(way, { max: 2 });
    const name = `kept by ${way}`;
    await db.transaction(async (trx) => {
      const pid = async () => (await trx.raw('SELECT pg_backend_pid() AS pid')).rows[0].pid;
      const first = await pid();
      await trx('knex_pool').insert({ name });
      expect(await pid()).toBe(first);
      expect(await db('knex_pool').where({ name })).toEqual([]);
    });
    expect(await db('knex_pool').where({ name }).pluck('name')).toEqual([name]);
    const failing = db.transaction(async (trx) => {
      await trx('knex_pool').where({ name }).delete();
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await db('knex_pool').where({ name })).toHaveLength(1);
    await expect(db.transaction((trx) => trx('knex_pool').insert({ name }))).rejects.toMatchObject({ code: '23505' });
    expect(pool.stats()).toMatchObject({ inUse: 0, misuse: 0 });
  });

  test('nests transactions, streams and reads in pieces', async () => {
    const { db, pool } = given(way, { max: 1 });
    await db.transaction(async (trx) => {
      await trx.transaction((inner) => inner.raw('SELECT 1'));
      await expect(trx.transaction((inner) => inner.raw('nonsense'))).rejects.toMatchObject({ code: '42601' });
      expect((await trx.raw('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
    });
    expect((await db.raw('SELECT 3 AS three')).rows).toEqual([{ three: 3 }]);
    expect(pool.stats()).toMatchObject({ inUse: 0, created: 1 });
  });

  test('hears in its own words that the pool was full for too long', async () => {
    const { db } = given(way, { max: 1, acquireTimeoutMs: 50 });
    const trx = await db.transaction();
    const failed = await db.raw('SELECT 1').then(
      () => undefined,
      (error: unknown) => error as Error & { cause: unknown },
    );
    expect(failed).toBeInstanceOf(knexModule.KnexTimeoutError);
    expect(failed?.message).toContain('Timeout acquiring a connection. The pool is probably full.');
    expect(failed?.cause).toMatchObject({ code: 'XC_POOL_TIMEOUT', details: { verdict: 'leak-suspected' } });
    await trx.rollback();
    expect((await db.raw('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('never gets a connection again that it gave up on', async () => {
    const { db, pool } = given(way, { max: 1 });
    const connection = await db.client.acquireConnection();
    connection.__knex__disposed = new Error('given up');
    await db.client.releaseConnection(connection);
    const next = await db.client.acquireConnection();
    expect(next).not.toBe(connection);
    expect(next.__knexUid).toMatch(/^__knexUid/);
    await db.client.releaseConnection(next);
    expect(pool.stats().closed).toBe(1);
  });

  test('goes on after the server has ended its connections', async () => {
    const { db, pool } = given(way, { max: 2 });
    const busy = db.raw('SELECT pg_sleep(30)').catch((error: Error & { code: string }) => error.code);
    await expect.poll(() => pool.stats().inUse).toBe(1);
    const kill = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = ? AND pid <> pg_backend_pid()';
    await expect.poll(async () => (await db.raw(kill, ['SELECT pg_sleep(30)'])).rows.length).toBe(1);
    expect(await busy).toBe('57P01');
    const rows = await Promise.all(Array.from({ length: 4 }, () => db.raw('SELECT 1 AS one')));
    expect(rows.every(({ rows: [{ one }] }) => one === 1)).toBe(true);
  });
});

test('Knex drains a pool that was put in the place of its own, and leaves one that was handed over', async () => {
  const own = given('client.pool');
  await own.db.raw('SELECT 1');
  await own.db.destroy();
  expect(own.pool.stats()).toMatchObject({ state: 'closed', size: 0 });
  await expect(own.pool.acquire()).rejects.toMatchObject({ code: 'XC_POOL_CLOSED' });
  const handed = given('connectionPool');
  await handed.db.raw('SELECT 1');
  await handed.db.destroy();
  expect(handed.pool.stats()).toMatchObject({ state: 'running', size: 1 });
});

test('Knex opens its own connections for our pool', async () => {
  const db = knex({ client: 'pg', connection: connectionString, pool: { max: 0 }, log: silent });
  const { client } = db;
  const pool = createPool<Client>({
    create: () => client.acquireRawConnection(),
    destroy: (connection) => client.destroyRawConnection(connection),
    validate: (connection) => client.validateConnection(connection),
  });
  client.pool = knexPool(pool);
  expect(await db.transaction(async (trx) => (await trx.raw('SELECT 1 AS one')).rows)).toEqual([{ one: 1 }]);
  expect(pool.stats()).toMatchObject({ acquired: 1, created: 1 });
  await db.destroy();
  expect(pool.stats()).toMatchObject({ state: 'closed', size: 0 });
});

test('the pool that Knex made for itself gets our interface', async () => {
  const db = knex({ client: 'pg', connection: connectionString, pool: { min: 0, max: 2 }, log: silent });
  const pool = fromTarn<Client>(db.client.pool);
  expect(await pool.use(async (client) => (await client.query('SELECT 1 AS one')).rows)).toEqual([{ one: 1 }]);
  const [mine, other] = await Promise.all([pool.acquire(), pool.acquire()]);
  const waiting = db.raw('SELECT 2 AS two');
  expect(pool.stats()).toMatchObject({ size: 2, inUse: 2, max: 2 });
  mine.release();
  expect((await waiting).rows).toEqual([{ two: 2 }]);
  other.release();
  expect(await pool.drain()).toMatchObject({ clean: true });
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'XC_POOL_CLOSED' });
});
