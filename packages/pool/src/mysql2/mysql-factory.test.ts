import { createServer } from 'node:net';
import { inspect } from 'node:util';
import type { Connection } from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MysqlServer, startMysqlServer } from '../../test/mysql/mysql-server.ts';
import { createPool } from '../create-pool.ts';
import type { Pool } from '../pool.ts';
import type { PoolEvent } from '../pool-event.ts';
import type { PoolOptions } from '../pool-options.ts';
import { createQueryMonitor } from '../query/create-query-monitor.ts';
import { type MysqlFactoryOptions, mysqlFactory } from './mysql-factory.ts';

let server: MysqlServer;
const open: Pool<Connection>[] = [];

beforeEach(async () => {
  server = await startMysqlServer();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.drain({ deadlineMs: 100 })));
  await server[Symbol.asyncDispose]();
});

const config = () => ({ host: '127.0.0.1', port: server.port, user: 'app', password: 'hunter2' });

function pooled(options: PoolOptions<Connection> = {}, factory: MysqlFactoryOptions = {}) {
  const events: PoolEvent[] = [];
  const pool = createPool(mysqlFactory(config(), factory), { onEvent: (event) => void events.push(event), ...options });
  open.push(pool);
  return { pool, events, told: (type: PoolEvent['type']) => events.filter((event) => event.type === type) };
}

const until = async (holds: () => boolean) => {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries > 1_000) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe('a connection', () => {
  test('is lent again with nothing asked in between, also after an error of a statement', async () => {
    const { pool } = pooled({ max: 1 });
    server.answer = (sql) =>
      sql.includes('missing') ? { code: 1146, message: "Table 'missing' doesn't exist" } : undefined;
    const [rows] = await pool.use((connection) => connection.query('SELECT 1 AS n'));
    expect(rows).toEqual([{ n: '1' }]);
    await expect(pool.use((connection) => connection.query('SELECT * FROM missing'))).rejects.toMatchObject({
      errno: 1146,
    });
    await pool.use((connection) => connection.query('INSERT INTO t VALUES (1)'));
    await pool.use((connection) => connection.ping());
    expect(server.statements).toEqual(['SELECT 1 AS n', 'SELECT * FROM missing', 'INSERT INTO t VALUES (1)']);
    expect(pool.stats()).toMatchObject({ created: 1, misuse: 0 });
  });

  test('that was returned inside a transaction is rolled back, and reported', async () => {
    const { pool, told } = pooled({ max: 1 });
    await pool.use(async (connection) => {
      await connection.beginTransaction();
      await connection.query('SELECT 1');
    });
    await pool.use(async () => expect(server.sessions[0]?.inTransaction).toBe(false));
    expect(server.statements).toEqual(['START TRANSACTION', 'SELECT 1', 'DO 0', 'ROLLBACK']);
    expect(told('misuse')).toMatchObject([{ kind: 'open-transaction' }]);
    expect(pool.stats()).toMatchObject({ created: 1, misuse: 1 });
  });

  test('that was committed is clean, and one without autocommit is looked at', async () => {
    const { pool } = pooled({ max: 1 });
    await pool.use(async (connection) => {
      await connection.beginTransaction();
      await connection.commit();
    });
    await pool.use(() => {});
    expect(server.statements).toEqual(['START TRANSACTION', 'COMMIT']);
    await pool.use((connection) => connection.query('SET autocommit = 0'));
    await pool.use(() => {});
    await until(() => server.statements.length === 5);
    expect(server.statements.slice(2)).toEqual(['SET autocommit = 0', 'DO 0', 'DO 0']);
    expect(pool.stats().misuse).toBe(0);
  });

  test('whose statement is still under way is lent when that is through', async () => {
    const { pool } = pooled({ max: 1 });
    let late: Promise<unknown> | undefined;
    await pool.use((connection) => {
      late = connection.query('START TRANSACTION');
    });
    await pool.use(() => {});
    await late;
    expect(server.statements).toEqual(['START TRANSACTION', 'DO 0', 'ROLLBACK']);
  });

  test('is reset as a whole with discard, and left alone with off', async () => {
    const strict = pooled({ max: 1 }, { reset: 'discard' }).pool;
    await strict.use((connection) => connection.query('SET autocommit = 0'));
    await strict.use(() => {});
    expect(server.statements).toEqual(['SET autocommit = 0', 'DO 0']);
    const lax = pooled({ max: 1 }, { reset: 'off' }).pool;
    await lax.use((connection) => connection.beginTransaction());
    await lax.use(() => expect(server.sessions[1]?.inTransaction).toBe(true));
  });

  test('that the server closed while it was idle is replaced', async () => {
    const { pool, told } = pooled({ min: 2, max: 2 });
    await pool.warm();
    server.disconnect();
    await until(() => told('closed').length === 2 && pool.stats().idle === 2);
    expect(told('closed')).toMatchObject([{ reason: 'lost' }, { reason: 'lost' }]);
    await pool.use((connection) => connection.query('SELECT 1'));
  });

  test('that the server closed while it was busy fails that statement, and the next borrower is served', async () => {
    const { pool } = pooled({ max: 1 });
    server.answer = (sql) => (sql.includes('SLEEP') ? 'silence' : undefined);
    const failing = pool.use((connection) => connection.query('SELECT SLEEP(60)'));
    const failed = expect(failing).rejects.toMatchObject({ fatal: true });
    const next = pool.use((connection) => connection.query('SELECT 1'));
    await until(() => server.statements.length === 1);
    server.disconnect();
    await failed;
    expect((await next)[0]).toEqual([{ n: '1' }]);
  });

  test('that does not answer fails its validation, and nobody gets it', async () => {
    const { pool, told } = pooled({ max: 1, recheckAfterMs: 0, validateTimeoutMs: 50 });
    await pool.use(() => {});
    let pings = 0;
    server.answer = (sql) => {
      if (sql === 'PING') pings += 1;
      return sql === 'PING' && pings === 1 ? 'silence' : undefined;
    };
    await pool.use((connection) => connection.query('SELECT 1'));
    expect(told('closed')).toMatchObject([{ reason: 'invalid' }]);
    await until(() => server.sessions.filter((session) => session.open).length === 1);
  });

  test('is closed on both sides when the pool drains', async () => {
    const { pool } = pooled({ max: 2 });
    server.answer = (sql) => (sql.includes('SLEEP') ? 'silence' : undefined);
    const lease = await pool.acquire();
    await pool.use((connection) => connection.query('SELECT 1'));
    lease.value.query('SELECT SLEEP(60)').catch(() => {});
    await pool.drain({ deadlineMs: 20 });
    await until(() => server.sessions.every((session) => !session.open));
  });
});

describe('a server that refuses', () => {
  test('is quoted, and no password shows', async () => {
    server.accept = (user) => ({ code: 1045, message: `Access denied for user '${user}'` });
    const { pool, events } = pooled({ min: 1 });
    const refused = await pool.warm({ deadlineMs: 200 }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'XC_POOL_WARMUP', cause: { errno: 1045 } });
    expect(inspect([refused, events, pool.diagnose()], { depth: 12, showHidden: true })).not.toContain('hunter2');
  });

  test('in a URI that cannot be read is not quoted with its password', async () => {
    const pool = createPool(mysqlFactory('mysql://app:hunter2@127.0.0.1:port/db'));
    const refused = await pool.acquire().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'XC_POOL_CREATE' });
    expect(inspect(refused, { depth: 12, showHidden: true })).not.toContain('hunter2');
    await pool.drain();
  });

  test('to say hello is hung up on when its time is up', async () => {
    const sockets = new Set<object>();
    const mute = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    });
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as { port: number };
    const pool = createPool(
      mysqlFactory(async () => ({ ...config(), port })),
      { createTimeoutMs: 50 },
    );
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'XC_POOL_CREATE' });
    await pool.drain();
    await until(() => sockets.size === 0);
    mute.close();
  });
});

test('a query monitor reads the statements of users as MySQL does, and none of ours', async () => {
  const monitor = createQueryMonitor();
  const { pool } = pooled({ max: 1 }, { monitor });
  await pool.use(async (connection) => {
    await connection.query('START TRANSACTION');
    await connection.query('SELECT "secret \\" 5" # 42');
    await connection.query({ sql: 'SELECT ?', values: [5] });
  });
  await pool.use(() => {});
  expect(monitor.top('count', 9).map(({ shape, count }) => [shape, count])).toEqual([
    ['select ?', 2],
    ['start transaction', 1],
  ]);
});

test('refuses options that it does not know', () => {
  expect(() => mysqlFactory({}, { reset: 'never' as never })).toThrow(TypeError);
  expect(() => mysqlFactory({}, { Client: 1 } as never)).toThrow(new TypeError('unknown option Client'));
});
