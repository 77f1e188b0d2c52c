import pg, { type Client } from 'pg';
import Cursor from 'pg-cursor';
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createPool } from '../create-pool.ts';
import type { Pool } from '../pool.ts';
import type { PoolEvent } from '../pool-event.ts';
import type { PoolOptions } from '../pool-options.ts';
import { createQueryMonitor } from '../query/create-query-monitor.ts';
import { instrumentQueries } from '../query/instrument-queries.ts';
import { type PgFactoryOptions, pgFactory } from './pg-factory.ts';

const connectionString = inject('postgres')[0] as string;
const open: Pool<Client>[] = [];
let admin: Client;

beforeAll(async () => {
  admin = new pg.Client({ connectionString });
  await admin.connect();
  return () => admin.end();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.drain({ deadlineMs: 1_000 })));
});

function pooled(options: PoolOptions<Client> = {}, factory: PgFactoryOptions = {}) {
  const events: PoolEvent[] = [];
  const pool = createPool(pgFactory({ connectionString }, factory), {
    onEvent: (event) => void events.push(event),
    ...options,
  });
  open.push(pool);
  const told = (type: PoolEvent['type']) => events.filter((event) => event.type === type);
  return { pool, told };
}

const pidOf = async (client: Client): Promise<number> =>
  (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;

/** Events of the network come in their own time. */
const until = async (holds: () => boolean | Promise<boolean>) => {
  const giveUpAt = performance.now() + 5_000;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe('a connection', () => {
  test('is lent again, also after an error of a statement or of its user', async () => {
    const { pool } = pooled({ max: 1 });
    const pids = [await pool.use(pidOf)];
    await expect(pool.use((client) => client.query('SELECT * FROM missing_table'))).rejects.toMatchObject({
      code: '42P01',
    });
    pids.push(await pool.use(pidOf));
    const mistake = pool.use(() => {
      throw new TypeError('of the user');
    });
    await expect(mistake).rejects.toThrow('of the user');
    pids.push(await pool.use(pidOf));
    expect(new Set(pids).size).toBe(1);
    expect(pool.stats()).toMatchObject({ created: 1, misuse: 0 });
  });

  test('that was returned inside a transaction is rolled back, and reported', async () => {
    const { pool, told } = pooled({ max: 1 });
    await admin.query('CREATE TABLE IF NOT EXISTS leftover (n int)');
    for (const spoil of ['INSERT INTO leftover VALUES (1)', 'SELECT * FROM missing_table']) {
      await pool.use(async (client) => {
        await client.query('BEGIN');
        await client.query(spoil).catch(() => {});
      });
      const clean = await pool.use(async (client) => [
        client.getTransactionStatus(),
        (await client.query('SELECT count(*)::int AS n FROM leftover')).rows[0].n,
      ]);
      expect(clean).toEqual(['I', 0]);
    }
    expect(told('misuse')).toMatchObject([{ kind: 'open-transaction' }, { kind: 'open-transaction' }]);
    expect(pool.stats()).toMatchObject({ created: 1, misuse: 2 });
  });

  test('that was returned with a statement under way is lent when that is through', async () => {
    const { pool } = pooled({ max: 1 });
    let late: Promise<unknown> | undefined;
    await pool.use((client) => {
      late = client.query('BEGIN; SELECT pg_sleep(0.1)');
    });
    await pool.use(async (client) => expect(client.getTransactionStatus()).toBe('I'));
    await late;
    expect(pool.stats()).toMatchObject({ created: 1, misuse: 1 });
  });

  test('keeps its settings with rollback, and loses them with discard, but not its prepared statements', async () => {
    const spoil = async (client: Client) => {
      await client.query("SET application_name = 'spoiled'");
      await client.query('CREATE TEMP TABLE IF NOT EXISTS mine (n int)');
      await client.query('LISTEN spoiled');
      await client.query('SELECT pg_advisory_lock(4711)');
      await client.query({ name: 'prepared', text: 'SELECT $1::int AS n', values: [1] });
    };
    const look = async (client: Client) => {
      const { rows } = await client.query(`SELECT current_setting('application_name') AS name,
        to_regclass('pg_temp.mine') IS NOT NULL AS temp, (SELECT count(*)::int FROM pg_listening_channels()) AS channels,
        (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks`);
      const prepared = await client.query({ name: 'prepared', text: 'SELECT $1::int AS n', values: [5] });
      return { ...rows[0], prepared: prepared.rows[0].n };
    };
    const lax = pooled({ max: 1 }).pool;
    await lax.use(spoil);
    expect(await lax.use(look)).toEqual({ name: 'spoiled', temp: true, channels: 1, locks: 1, prepared: 5 });
    await lax.drain();
    const strict = pooled({ max: 1 }, { reset: 'discard' }).pool;
    await strict.use(spoil);
    expect(await strict.use(look)).toEqual({ name: '', temp: false, channels: 0, locks: 0, prepared: 5 });
  });

  test('stays as it was left with reset off', async () => {
    const { pool } = pooled({ max: 1 }, { reset: 'off' });
    await pool.use((client) => client.query('BEGIN'));
    expect(await pool.use(async (client) => client.getTransactionStatus())).toBe('T');
  });

  test('takes what its config says when it is opened', async () => {
    let opened = 0;
    const config = async () => {
      opened += 1;
      return { connectionString, application_name: `opened ${opened}` };
    };
    const pool = createPool(pgFactory(config), { max: 2 });
    open.push(pool);
    const leases = await Promise.all([pool.acquire(), pool.acquire()]);
    const names = leases.map(
      async (lease) => (await lease.value.query('SHOW application_name')).rows[0].application_name,
    );
    expect((await Promise.all(names)).sort()).toEqual(['opened 1', 'opened 2']);
    for (const lease of leases) lease.release();
  });

  test('of an older pg is watched as closely', async () => {
    class Older extends pg.Client {}
    Object.defineProperty(Older.prototype, 'getTransactionStatus', { value: undefined });
    const { pool, told } = pooled({ max: 1 }, { Client: Older });
    const asked: string[] = [];
    await pool.use((client) => {
      const { query } = client.connection as unknown as { query(text: string): void };
      Object.assign(client.connection, {
        query(text: string) {
          asked.push(text);
          Reflect.apply(query, client.connection, [text]);
        },
      });
    });
    await pool.use((client) => client.query('SELECT 1'));
    await pool.use((client) => client.query('BEGIN'));
    await pool.use(() => {});
    expect(asked).toEqual(['SELECT 1', 'BEGIN', 'ROLLBACK']);
    expect(told('misuse')).toHaveLength(1);
  });

  test('is opened with a connection string as well', async () => {
    const pool = createPool(pgFactory(() => connectionString));
    open.push(pool);
    expect((await pool.use((client) => client.query('SELECT 5 AS n'))).rows).toEqual([{ n: 5 }]);
  });

  test('may be of another class', async () => {
    class Marked extends pg.Client {}
    const { pool } = pooled({}, { Client: Marked });
    expect(await pool.use((client) => client instanceof Marked)).toBe(true);
  });

  test('is closed on the server, whatever it was doing', async () => {
    const { pool } = pooled({ max: 2 });
    const [pid, busy] = await Promise.all([pool.use(pidOf), pool.use(pidOf)]);
    const lease = await pool.acquire();
    const sleeping = lease.value.query('SELECT pg_sleep(30)').catch((error: Error) => error.message);
    await pool.drain({ deadlineMs: 50 });
    expect(await sleeping).toContain('Connection terminated');
    const left = async () =>
      (await admin.query('SELECT 1 FROM pg_stat_activity WHERE pid = ANY($1)', [[pid, busy]])).rowCount;
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE $1 AND pid <> pg_backend_pid()',
      ['SELECT pg_sleep(30)%'],
    );
    await until(async () => (await left()) === 0);
  });
});

describe('pg_terminate_backend', () => {
  const terminate = (pid: number) => admin.query('SELECT pg_terminate_backend($1)', [pid]);

  test('of an idle connection is noticed, and no borrower sees it', async () => {
    const { pool, told } = pooled({ min: 2, max: 2 });
    await pool.warm();
    await terminate(await pool.use(pidOf));
    await until(() => told('closed').length > 0 && pool.stats().idle === 2);
    expect(told('closed')).toMatchObject([{ reason: 'lost' }]);
    for (let time = 0; time < 10; time += 1) await pool.use(pidOf);
    expect(pool.stats()).toMatchObject({ size: 2, created: 3 });
  });

  test('of a busy one fails that statement, and the next borrower is served', async () => {
    const { pool } = pooled({ max: 1 });
    const victim = await pool.use(pidOf);
    const failing = pool.use((client) => client.query('SELECT pg_sleep(30)'));
    const failed = expect(failing).rejects.toMatchObject({ code: '57P01' });
    const next = pool.use(pidOf);
    await until(
      async () =>
        (await admin.query("SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = 'active'", [victim])).rowCount ===
        1,
    );
    await terminate(victim);
    await failed;
    expect(await next).not.toBe(victim);
  });
});

describe('a query monitor', () => {
  const monitored = () => {
    const monitor = createQueryMonitor();
    return { monitor, ...pooled({ max: 1 }, { monitor }) };
  };

  test('sees the statements of users, and none of ours', async () => {
    const { monitor, pool } = monitored();
    await pool.use(async (client) => {
      await client.query('BEGIN');
      await client.query("SELECT 'secret', $1::int", [1]);
    });
    await pool.use((client) => client.query({ text: 'SELECT 2' }));
    await expect(pool.use((client) => client.query('SELECT * FROM missing_table WHERE id = 5'))).rejects.toThrow();
    const seen = monitor.top('count', 10).map(({ shape, errors }) => [shape, errors]);
    expect(seen).toEqual([
      ['begin', 0],
      ['select ?, ?::int', 0],
      ['select ?', 0],
      ['select * from missing_table where id = ?', 1],
    ]);
  });

  test('lets callbacks, cursors, query objects and streams of rows through, and sees them end', async () => {
    const { monitor, pool } = monitored();
    await pool.use(async (client) => {
      const called = await new Promise((resolve) => {
        expect(
          client.query('SELECT $1::int AS n', [7], (error, result) => resolve([error, result.rows])),
        ).toBeUndefined();
      });
      expect(called).toEqual([null, [{ n: 7 }]]);
      const configured = await new Promise((resolve) => {
        const config = {
          text: 'SELECT 8 AS n',
          callback: (_error: unknown, result: pg.QueryResult) => resolve(result.rows),
        };
        (client.query as (config: object) => void)(config);
      });
      expect(configured).toEqual([{ n: 8 }]);

      const cursor = new Cursor('SELECT generate_series(1, 5) AS n');
      expect(client.query(cursor)).toBe(cursor);
      expect(await cursor.read(2)).toEqual([{ n: 1 }, { n: 2 }]);
      expect(monitor.running()).toHaveLength(1);
      await cursor.close();
      expect(monitor.running()).toEqual([]);

      const failing = client.query(new Cursor('SELECT 1 / $1::int', [0]));
      await expect(failing.read(1)).rejects.toMatchObject({ code: '22012' });
      await client.query('SELECT 9');
      expect(monitor.running()).toEqual([]);

      const rows: unknown[] = [];
      const query = new pg.Query('SELECT generate_series(1, 3) AS n');
      expect(client.query(query)).toBe(query);
      query.on('row', (row) => void rows.push(row.n));
      await new Promise((resolve) => query.on('end', resolve));
      expect(rows).toEqual([1, 2, 3]);

      await expect(client.query('nonsense')).rejects.toMatchObject({ code: '42601' });
      expect(() => client.query(null as never)).toThrow(TypeError);
    });
    await until(() => monitor.running().length === 0);
    const seen = Object.fromEntries(
      monitor.top('count', 20).map(({ shape, count, errors }) => [shape, [count, errors]]),
    );
    expect(seen).toEqual({
      'select ?::int as n': [1, 0],
      'select ? as n': [1, 0],
      'select generate_series(?) as n': [2, 0],
      'select ? / ?::int': [1, 1],
      'select ?': [1, 0],
      nonsense: [1, 1],
    });
  });

  test('sees the statements of a pool of pg as well', async () => {
    const monitor = createQueryMonitor();
    const theirs = instrumentQueries(new pg.Pool({ connectionString, max: 1 }), monitor);
    expect((await theirs.query('SELECT 5 AS n')).rows).toEqual([{ n: 5 }]);
    await theirs.end();
    expect(monitor.top('count', 1)).toMatchObject([{ shape: 'select ? as n', count: 1 }]);
  });
});

test('refuses options that it does not know', () => {
  expect(() => pgFactory({}, { reset: 'never' as never })).toThrow(TypeError);
  expect(() => pgFactory({}, { discard: true } as never)).toThrow(new TypeError('unknown option discard'));
});
