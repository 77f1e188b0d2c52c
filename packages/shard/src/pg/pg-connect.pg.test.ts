import { tcpProxy } from '@xc/test-support';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type PgDatabases, pgDatabases } from '../../test/pg-databases.ts';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { createRouter } from '../router/create-router.ts';
import { createTopology } from '../topology/create-topology.ts';
import { memoryTopologyStore } from '../topology/memory-topology-store.ts';
import { type PgAdapter, pgAdapter } from './pg-adapter.ts';
import { type PgQueryable, pgConnect } from './pg-connect.ts';
import type { PgLendingPool } from './pg-pool.ts';

const { signal } = new AbortController();

let db: PgDatabases;
let adapter: PgAdapter;
let flights = 0;
beforeAll(async () => {
  db = await pgDatabases(inject('postgres').slice(0, 2), { max: 3 });
  await db.everywhere('create table item (id text primary key, xc_partition int not null, n int)');
  const tables = [{ name: 'item', key: 'id', partition: 'xc_partition' }];
  adapter = pgAdapter({ shards: db.shards, tables, partitions: 20, schema: db.schema });
  await adapter.install();
  // Each flight of messages is answered by one 'ready for query'.
  const count = (client: pg.PoolClient) =>
    (client as unknown as { connection: { on(event: string, then: () => void): void } }).connection.on(
      'readyForQuery',
      () => {
        flights += 1;
      },
    );
  db.pool('a').on('connect', count);
});
afterAll(() => db[Symbol.asyncDispose]());

const shard = (term: number, options: { signal?: AbortSignal; replica?: string; id?: string } = {}) =>
  pgConnect(db.shards)({ id: options.id ?? 'a' }, { term, ...options });
const termNow = "select current_setting('xc.term', true) as term";

async function flown(work: () => Promise<unknown>): Promise<number> {
  const before = flights;
  await work();
  return flights - before;
}

test('a term costs no round trip: not of a statement, not of a transaction', async () => {
  const client = await db.pool('a').connect();
  client.release();
  await Promise.all([1, 2, 3].map(() => db.pool('a').query('select pg_sleep(0.05)')));
  expect(await flown(() => shard(3).query('select 1'))).toBe(1);
  expect(await flown(() => shard(3).query('select $1::int as n', [7]))).toBe(1);
  const transaction = () =>
    shard(3).transaction(async (tx) => {
      await tx.query('select 1');
      await tx.query('select $1::text', ['x']);
    });
  expect(await flown(transaction)).toBe(4);
});

test('what is asked is answered as a pool would, and knows the term', async () => {
  const plain = await db.pool('a').query('select $1::int as n, null as nothing union all select 2, null', [1]);
  const ours = await shard(5).query('select $1::int as n, null as nothing union all select 2, null', [1]);
  expect(ours.rows).toEqual(plain.rows);
  expect([ours.rowCount, ours.command]).toEqual([2, 'SELECT']);
  expect((await shard(5).query('insert into item values ($1, 1, 1)', ['plain'])).rowCount).toBe(1);
  expect((await shard(5).query<{ term: string }>(termNow)).rows).toEqual([{ term: '5' }]);
  const inside = await shard(6).transaction(
    async (tx) => (await tx.query(`${termNow}, current_setting('transaction_isolation') as level`)).rows[0],
    { isolation: 'serializable' },
  );
  expect(inside).toEqual({ term: '6', level: 'serializable' });
  const readOnly = shard(6).transaction((tx) => tx.query(`insert into item values ('no', 1)`), { readOnly: true });
  await expect(readOnly).rejects.toMatchObject({ code: '25006' });
});

test('a call about several partitions is held to the fence of each', async () => {
  const at = (partition: number) => ({ shard: 'a', partition, moveId: 'm', mover: 1 });
  await adapter.fence(at(11), 2, signal);
  await adapter.fence(at(12), 7, signal);
  const about = (terms: readonly number[]) =>
    pgConnect(db.shards)({ id: 'a' }, { term: Math.max(...terms), partitions: [11, 12], terms });
  const write = (terms: readonly number[], partition: number) =>
    about(terms).query('insert into item values ($1, $2, 1)', [`${terms} ${partition}`, partition]);
  expect([(await write([2, 7], 11)).rowCount, (await write([2, 7], 12)).rowCount]).toEqual([1, 1]);
  // The term of one partition opens the fence of no other.
  await expect(write([1, 7], 11)).rejects.toMatchObject({
    code: 'XC_SHARD_FENCED',
    details: { partition: 11, term: 1, minTerm: 2 },
  });
  const both = about([2, 6]).transaction(async (tx) => {
    await tx.query(`insert into item values ('one', 11, 1)`);
    await tx.query(`insert into item values ('other', 12, 1)`);
  });
  await expect(both).rejects.toMatchObject({ code: 'XC_SHARD_FENCED', details: { partition: 12 } });
});

test('a write that finds no row is refused as well where its term is too old', async () => {
  const at = { shard: 'a', partition: 13, moveId: 'm', mover: 1 };
  const about = (term: number) => pgConnect(db.shards)({ id: 'a' }, { term, partitions: [13] });
  const statements = [
    `update item set n = n + 1 where id = 'elsewhere'`,
    `delete from item where id = 'elsewhere'`,
    `insert into item select 'elsewhere', 13, 1 where false`,
  ];
  for (const statement of statements) expect((await about(1).query(statement)).rowCount).toBe(0);
  await adapter.fence(at, 3, signal);
  const fenced = { code: 'XC_SHARD_FENCED', details: { partition: 13, term: 2, minTerm: 3 } };
  for (const statement of statements) {
    await expect(about(2).query(statement)).rejects.toMatchObject(fenced);
    for (const isolation of ['read committed', 'repeatable read', 'serializable'] as const) {
      const late = about(2).transaction((tx) => tx.query(statement), { isolation });
      await expect(late).rejects.toMatchObject(fenced);
    }
    expect((await about(3).query(statement)).rowCount).toBe(0);
  }
  expect((await about(2).query(`select from item where id = 'elsewhere'`)).rowCount).toBe(0);
});

test('a write that found no row holds off a fence until its transaction is over', async () => {
  const at = { shard: 'a', partition: 14, moveId: 'm', mover: 1 };
  let closed = false;
  let fencing: Promise<unknown> | undefined;
  await pgConnect(db.shards)({ id: 'a' }, { term: 1, partitions: [14] }).transaction(async (tx) => {
    expect((await tx.query(`delete from item where id = 'elsewhere'`)).rowCount).toBe(0);
    fencing = adapter.fence(at, 2, signal).then(() => {
      closed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(closed).toBe(false);
  });
  await fencing;
  expect(closed).toBe(true);
});

test('sessions go back to their pool as they came', async () => {
  const broken = [
    shard(9).query('select nonsense'),
    shard(9).query('selec'),
    shard(9).query('select $1::int', ['x']),
    shard(9).query('select $1::text', [{ toPostgres: () => assert('not this one') }]),
    shard(9).transaction((tx) => tx.query('select 1/0')),
    shard(9).transaction(() => Promise.reject(new Error('mine'))),
    shard(9).transaction(async (tx) => {
      await tx.query('select 1/0').catch(() => undefined);
    }),
    shard(9).query('select 1; select 2'),
  ];
  const codes = await Promise.all(
    broken.map((one) =>
      one.then(
        () => 'fine',
        (error) => error.code ?? error.message,
      ),
    ),
  );
  expect(codes).toEqual(['42703', '42601', '22P02', 'not this one', '22012', 'mine', 'XC_SHARD_ROLLED_BACK', '42601']);
  const pool = db.pool('a');
  const clients = await Promise.all([1, 2, 3].map(() => pool.connect()));
  for (const client of clients) {
    const { rows } = await client.query(`${termNow}, pg_current_xact_id_if_assigned() as open`);
    expect(['', null]).toContain(rows[0].term);
    const again = await client.query('select now() = statement_timestamp() as alone');
    expect(again.rows).toEqual([{ alone: true }]);
    client.release();
  }
  expect(pool.totalCount).toBe(3);
});

test('a transaction is over when it is over, whoever still has hold of it', async () => {
  const kept: PgQueryable[] = [];
  await shard(1).transaction((tx) => void kept.push(tx));
  const failing = shard(1).transaction((tx) => {
    kept.push(tx);
    throw new Error('mine');
  });
  await expect(failing).rejects.toThrow('mine');
  for (const tx of kept) await expect(tx.query('select 1')).rejects.toThrow('the transaction is over');
});

test('a server that stops answering keeps nobody from hearing of an error', async () => {
  const url = new URL(inject('postgres')[0] as string);
  await using network = await tcpProxy(Number(url.port));
  url.port = String(network.port);
  const far = new pg.Pool({ connectionString: url.href, max: 1 });
  far.on('error', () => undefined);
  const failing = pgConnect({ far })({ id: 'far' }, { term: 1 }).transaction(async (tx) => {
    await tx.query('select 1');
    await network.halfOpen();
    throw new Error('mine');
  });
  await expect(failing).rejects.toThrow('mine');
  await network.restore();
  expect((await far.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await far.end();
});

test('a connection that is lost in the breath in which it is handed out ends no process, nor does one that is closed', async () => {
  const pool = new pg.Pool({ connectionString: inject('postgres')[0] as string, max: 1 });
  pool.on('error', () => undefined);
  const heard: number[] = [];
  const clients: pg.PoolClient[] = [];
  pool.on('acquire', (client) => {
    clients.push(client);
    // What is read in one go with the answer that made it free is told before anybody who awaits the client goes on.
    queueMicrotask(() => heard.push(client.listenerCount('error')));
  });
  const shard = pgConnect({ a: pool })({ id: 'a' }, { term: 1 });
  await Promise.all([1, 2, 3].map((n) => shard.query('select $1::int', [n])));
  await shard.transaction((tx) => tx.query('select 1'));
  await expect(shard.query('select pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject({ code: '57P01' });
  expect(heard).toHaveLength(5);
  expect(Math.min(...heard)).toBeGreaterThan(0);
  expect(clients.at(-1)?.listenerCount('error')).toBeGreaterThan(0);
  await pool.end();
});

test('a refused term is an error that routers know, inside of a transaction too', async () => {
  await adapter.fence({ shard: 'a', partition: 2, moveId: 'm', mover: 1 }, 4, signal);
  const write = `insert into item values ('fenced', 2, 1)`;
  const refused = { code: 'XC_SHARD_FENCED', retryable: true, details: { partition: 2, term: 3, minTerm: 4 } };
  await expect(shard(3).query(write)).rejects.toMatchObject(refused);
  const inside: unknown[] = [];
  const transaction = shard(3).transaction((tx) =>
    tx.query(write).catch((error) => {
      inside.push(error);
      throw error;
    }),
  );
  await expect(transaction).rejects.toMatchObject(refused);
  expect(inside).toMatchObject([refused]);
  await shard(4).query(write);
});

test('an abort ends what the server does, and gives the reason at once', async () => {
  const giveUp = new AbortController();
  const since = performance.now();
  const asked = shard(1, { signal: giveUp.signal }).query('select pg_sleep(30)');
  const held = shard(1, { signal: giveUp.signal }).transaction((tx) => tx.query('select pg_sleep(30)'));
  setTimeout(() => giveUp.abort(new Error('enough')), 50);
  await expect(asked).rejects.toThrow('enough');
  await expect(held).rejects.toThrow('enough');
  expect(performance.now() - since).toBeLessThan(5_000);
  await expect(shard(1, { signal: giveUp.signal }).query('select 1')).rejects.toThrow('enough');
  const busy = `select count(*)::int as n from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'`;
  await expect.poll(async () => (await db.rows('b', busy))[0]?.n).toBe(0);
  expect((await shard(1).query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('a connection that dies under a call ends that call, and nothing else', async () => {
  const dying = shard(1).transaction(async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await db.rows('b', 'select pg_terminate_backend($1)', [rows[0]?.pid]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await tx.query('select 1');
  });
  await expect(dying).rejects.toThrow();
  expect((await shard(1).query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('takes pools that lend, and clients that are nothing but a query', async () => {
  const clients: pg.Client[] = [];
  const options = {
    connectionString: inject('postgres')[0] as string,
    options: `-c search_path=${db.schema.slice(0, -3)}`,
  };
  let released = 0;
  const lending: PgLendingPool = {
    async acquire() {
      const client = new pg.Client(options);
      clients.push(client);
      await client.connect();
      const end = async () => {
        released += 1;
        await client.end();
      };
      return { value: client, release: () => void end(), destroy: end };
    },
  };
  const pool = db.pool('a');
  const bare = {
    query: (text: string, values?: unknown[]) => pool.query(text, values),
    async connect() {
      const client = await pool.connect();
      return {
        query: (text: string, values?: unknown[]) => client.query(text, values),
        release: (error?: boolean | Error) => client.release(error),
      };
    },
  };
  const connect = pgConnect({ lending, bare });
  for (const id of ['lending', 'bare']) {
    const own = connect({ id }, { term: 3 });
    expect((await own.query(`${termNow}, $1::int as n`, [7])).rows).toEqual([{ term: '3', n: 7 }]);
    await expect(own.query(`insert into item values ($1, 2, 1)`, ['x'])).rejects.toMatchObject({
      code: 'XC_SHARD_FENCED',
    });
    expect(await own.transaction(async (tx) => (await tx.query(termNow)).rows)).toEqual([{ term: '3' }]);
  }
  expect(released).toBe(3);
  expect(['', null]).toContain((await pool.query(termNow)).rows[0].term);
});

test('a router whose table is old is refused, looks, and writes once on the new owner', async () => {
  const partitioner = customPartitions({ id: 'p', partitions: 20, of: Number });
  const owners = Array.from({ length: 20 }, () => 'a');
  const first = createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b' }], owners });
  const store = memoryTopologyStore(first);
  const deaf = { ...store, watch: async () => ({ close: async () => undefined }) };
  await using router = await createRouter({
    partitioner,
    store: deaf,
    connect: pgConnect(db.shards),
    refreshMs: 60_000,
  });
  await adapter.fence({ shard: 'a', partition: 7, moveId: 'm', mover: 1 }, 2, signal);
  const terms = first.terms.map((term, partition) => (partition === 7 ? 2 : term));
  await store.cas(
    { ...first, epoch: 2, terms, owners: owners.map((id, partition) => (partition === 7 ? 'b' : id)) },
    1,
  );
  const attempts: number[] = [];
  await router.write(7, (own, { partition, attempt }) => {
    attempts.push(attempt);
    return own.query('insert into item values ($1, $2, 0)', ['moved', partition]);
  });
  expect(attempts).toEqual([1, 2]);
  expect(await db.rows('a', `select * from item where id = 'moved'`)).toEqual([]);
  expect(await db.rows('b', `select n from item where id = 'moved'`)).toEqual([{ n: 0 }]);
});

test('replicas are found by their names, and what is wrong is said', async () => {
  const pools = { a: db.pool('a'), 'a-replica': db.pool('b') };
  const name = 'select current_database() as name';
  const databases = [];
  for (const replica of [undefined, 'a-replica', 'gone']) {
    databases.push((await pgConnect(pools)({ id: 'a' }, { term: 1, replica }).query(name)).rows[0]?.name);
  }
  expect(databases).toEqual(['db0', 'db1', 'db0']);
  expect(() => shard(1, { id: 'x' })).toThrow('shard must be one of a, b, got "x"');
  expect(() => shard(Number.NaN)).toThrow('term must be a number, got NaN');
  expect(() => pgConnect({})).toThrow('shards must be pools, got none');
  expect(() => pgConnect({ a: {} as never })).toThrow('shard "a" must be a pool of connections to PostgreSQL');
  await expect(shard(1).query(7 as never)).rejects.toThrow('text must be a statement, got 7');
  await expect(shard(1).query('select 1', 'x' as never)).rejects.toThrow('values must be an array, got "x"');
  await expect(shard(1).transaction(async () => 1, { isolation: 'chaos' as never })).rejects.toThrow(
    'isolation must be one of',
  );
});

function assert(message: string): never {
  throw new Error(message);
}
