import { eventually, type PostgresServer, startPostgres } from '@xc/test-support';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPool, createReplicaPool, type Pool, type ReplicaPool, type ReplicaPoolOptions } from '../src/index.ts';
import { pgFactory, pgReplication } from '../src/pg/index.ts';

const unhandled: unknown[] = [];
const remember = (error: unknown) => void unhandled.push(error);

beforeAll(() => void process.on('unhandledRejection', remember));
afterAll(() => void process.off('unhandledRejection', remember));
afterEach(() => expect(unhandled.splice(0)).toEqual([]));

interface Database {
  readonly pools: Readonly<Record<'a' | 'b', Pool<Client>>>;
  readonly replicas: ReplicaPool<Client>;
  close(): Promise<void>;
}

/** Two nodes, of which nobody is told who is the primary. */
function connect(a: PostgresServer, b: PostgresServer, options: Partial<ReplicaPoolOptions<Client>> = {}): Database {
  const pool = (name: string, { url }: PostgresServer) =>
    createPool(pgFactory({ connectionString: url }), { name, max: 5, acquireTimeoutMs: 5_000 });
  const pools = { a: pool('a', a), b: pool('b', b) };
  const replicas = createReplicaPool({
    nodes: [
      { name: 'b', pool: pools.b },
      { name: 'a', pool: pools.a },
    ],
    view: pgReplication(),
    probeEveryMs: 50,
    probeTimeoutMs: 1_000,
    ...options,
  });
  const close = async () => {
    await replicas[Symbol.asyncDispose]();
    await Promise.all([pools.a.drain({ deadlineMs: 500 }), pools.b.drain({ deadlineMs: 500 })]);
  };
  return { pools, replicas, close };
}

const insert = (n: number) => (client: Client) => client.query('INSERT INTO entry VALUES ($1)', [n]);
const count = async (client: Client): Promise<number> =>
  (await client.query('SELECT count(*)::int AS n FROM entry')).rows[0].n;

describe('a primary and its streaming replica', () => {
  let a: PostgresServer;
  let b: PostgresServer;
  let db: Database;
  const onReplica = (sql: string) => db.pools.b.use((client) => client.query(sql));

  beforeAll(async () => {
    a = await startPostgres();
    b = await a.replica();
    return async () => {
      await b[Symbol.asyncDispose]();
      await a[Symbol.asyncDispose]();
    };
  });

  beforeEach(async () => {
    db = connect(a, b);
    await db.replicas.write((client) => client.query('DROP TABLE IF EXISTS entry; CREATE TABLE entry (n int)'));
    return async () => {
      await onReplica('SELECT pg_wal_replay_resume()');
      await db.close();
    };
  });

  test('are told apart, and have a term and positions that can be compared', async () => {
    const state = () => Object.fromEntries(db.replicas.nodes().map((node) => [node.name, node]));
    await eventually('both are known', () => state().b?.role === 'replica');
    expect(state()).toMatchObject({ a: { role: 'primary', term: 1, lagMs: 0 }, b: { term: 1, ejected: false } });
    const { compare } = pgReplication();
    expect([compare('0/A', '0/9'), compare('1/0', '0/FFFFFFFF'), compare('0/A', '0/a')]).toEqual([1, 1, 0]);
    for (const position of ['', 'A', '0/', '0/G', '123456789/0', '5'])
      expect(() => compare(position, '0/1')).toThrow(TypeError);
  });

  test('a session reads what it wrote, whatever the replica does', async () => {
    await onReplica('SELECT pg_wal_replay_pause()');
    const session = db.replicas.session();
    for (let n = 1; n <= 20; n += 1) {
      await db.replicas.write(insert(n), { session });
      const seen = await db.replicas.read(async (client, { why }) => [await count(client), why], { session });
      expect(seen).toEqual([n, 'behind']);
    }
    await onReplica('SELECT pg_wal_replay_resume()');
    const token = session.token;
    await eventually('the replica is as far', async () => {
      const read = await db.replicas.read(async (client, { node }) => [await count(client), node], {
        session: db.replicas.session(token),
      });
      expect(read[0]).toBe(20);
      return read[1] === 'b';
    });
  });

  test('a session that waits finds its write on the replica', async () => {
    await db.close();
    db = connect(a, b, { waitForReplicaMs: 5_000 });
    const reads: string[] = [];
    for (let n = 1; n <= 20; n += 1) {
      await db.replicas.inSession(db.replicas.session(), async () => {
        await db.replicas.write(insert(n));
        const [seen, node] = await db.replicas.read(async (client, facts) => [await count(client), facts.node]);
        expect(seen).toBe(n);
        reads.push(String(node));
      });
    }
    expect(new Set(reads)).toEqual(new Set(['b']));
  });

  test('an asynchronous commit is read as well', async () => {
    const session = db.replicas.session();
    for (let n = 1; n <= 50; n += 1) {
      const write = async (client: Client) => {
        await client.query("SET synchronous_commit = 'off'");
        await insert(n)(client);
      };
      await db.replicas.write(write, { session });
      expect(await db.replicas.read(count, { session })).toBe(n);
    }
  });

  test('a replica that stands still is read only as long as it is fresh enough', async () => {
    await eventually('it is read', async () => (await db.replicas.read((_client, { node }) => node)) === 'b');
    await onReplica('SELECT pg_wal_replay_pause()');
    await db.replicas.write(insert(1));
    const start = performance.now();
    await eventually(
      'its lag is known',
      () => (db.replicas.nodes().find(({ name }) => name === 'b')?.lagMs ?? 0) > 400,
    );
    const read = (maxStalenessMs: number) =>
      db.replicas.read((_client, { node, why }) => `${node} ${why}`, { maxStalenessMs });
    expect(await read(300)).toBe('a stale');
    expect(await read(60_000)).toBe('b fresh');
    expect(performance.now() - start).toBeGreaterThan(300);
    await onReplica('SELECT pg_wal_replay_resume()');
    await eventually('it is fresh again', async () => (await read(300)) === 'b fresh');
  });

  test('an idle primary makes no replica stale', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await db.replicas.read((_client, { node }) => node, { maxStalenessMs: 200 })).toBe('b');
  });
});

test('a failover with a writer running: every write is on one side, and the old primary is never written to again', async () => {
  await using a = await startPostgres();
  await using b = await a.replica();
  const db = connect(a, b, { failoverTimeoutMs: 20_000 });
  await db.replicas.write((client) => client.query('CREATE TABLE entry (n int)'));
  const done: { readonly n: number; readonly node: string }[] = [];
  let stop = false;
  let n = 0;
  const writer = async () => {
    while (!stop) {
      n += 1;
      const mine = n;
      await db.replicas
        .write(async (client, { node }) => {
          await insert(mine)(client);
          return node;
        })
        .then(
          (node) => void done.push({ n: mine, node }),
          () => new Promise((resolve) => setTimeout(resolve, 10)),
        );
    }
  };
  const writers = Promise.all([writer(), writer(), writer()]);
  await eventually('it writes', () => done.length > 50);
  await a.kill();
  await db.pools.b.use((client) => client.query('SELECT pg_promote()'));
  const promoted = performance.now();
  await eventually('it writes to the new primary', () => done.some(({ node }) => node === 'b'));
  expect(performance.now() - promoted).toBeLessThan(3_000);
  // The old primary comes back on its old timeline and would take every write.
  await a.restart();
  await eventually('it is seen', () => db.replicas.nodes().find(({ name }) => name === 'a')?.role === 'outdated', {
    deadlineMs: 20_000,
  });
  const after = done.length;
  await eventually('it goes on writing', () => done.length > after + 100);
  stop = true;
  await writers;
  const nodes = done.map(({ node }) => node);
  expect(nodes.lastIndexOf('a')).toBeLessThan(nodes.indexOf('b'));
  // Past the pools: that of the old primary may still be waiting before it tries again.
  const on = async ({ url }: PostgresServer) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ n: number }>('SELECT n FROM entry');
    await client.end();
    return new Set(rows.map((row) => row.n));
  };
  const [old, current] = [await on(a), await on(b)];
  for (const { n: written, node } of done)
    if (node === 'b') expect([current.has(written), old.has(written)]).toEqual([true, false]);
  expect(db.replicas.nodes().find(({ name }) => name === 'b')).toMatchObject({ role: 'primary', term: 2 });
  await db.close();
  expect(db.pools.b.stats().size).toBe(0);
});
