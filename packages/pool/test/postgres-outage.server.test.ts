import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { exponentialBackoff } from '@xc/core';
import { MemoryLogger } from '@xc/core/testing';
import { eventually, type PostgresServer, startPostgres, tcpProxy } from '@xc/test-support';
import type { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPool, type Pool, type PoolEvent, type PoolOptions } from '../src/index.ts';
import { pgFactory } from '../src/pg/index.ts';

const unhandled: unknown[] = [];
const remember = (error: unknown) => void unhandled.push(error);

beforeEach(() => {
  process.on('unhandledRejection', remember);
});

afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', remember);
  expect(unhandled.splice(0)).toEqual([]);
});

/** Nothing is lost or counted twice. */
function expectSums(pool: Pool<Client>): void {
  const { size, idle, inUse, created, closed, creating, closing, max } = pool.stats();
  expect(size).toBe(idle + inUse);
  expect(created - closed).toBe(size + closing);
  expect(size + creating + closing).toBeLessThanOrEqual(max);
}

const one = (client: Client) => client.query('SELECT 1 AS n');

test('a server killed with 50 of 50 lent and back after 3 s: each user has its error, and the pool all its service', async () => {
  await using server = await startPostgres();
  const pool = createPool(pgFactory({ connectionString: server.url }), {
    min: 5,
    max: 50,
    maxCreating: 10,
    idleTimeoutMs: 1_500,
    // Nobody is back within a second whose tries are five seconds apart, as the default has it after a while.
    createBackoff: exponentialBackoff({ baseMs: 10, capMs: 300, jitter: 'equal' }),
  });
  const held = Array.from({ length: 50 }, () => pool.use((client) => client.query('SELECT pg_sleep(60)')));
  const fates = Promise.allSettled(held);
  await eventually('all are lent', () => pool.stats().inUse === 50);
  await server.kill();
  const outcomes = await fates;
  expect(outcomes.map(({ status }) => status)).toEqual(Array(50).fill('rejected'));
  await expect(pool.use(one)).rejects.toMatchObject({ code: 'XC_POOL_CREATE' });
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await server.restart();
  const back = performance.now();
  const served = async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 50 }, () => pool.use((client) => client.query('SELECT pg_sleep(0.05)'))),
    );
    return all.every(({ status }) => status === 'fulfilled');
  };
  while (!(await served())) await new Promise((resolve) => setTimeout(resolve, 20));
  const tookMs = performance.now() - back;
  expect(tookMs).toBeLessThan(1_000);
  await eventually('its size is back to min', () => pool.stats().size === 5, { deadlineMs: 10_000 });
  expectSums(pool);
  await pool.drain();
  expect(pool.stats()).toMatchObject({ size: 0, state: 'closed' });
});

test('a server killed and restarted under load: after the restart no borrower gets a dead connection', async () => {
  await using server = await startPostgres();
  const pool = createPool(pgFactory({ connectionString: server.url }), { max: 10, acquireTimeoutMs: 2_000 });
  let stop = false;
  const codes = new Set<unknown>();
  const load = Array.from({ length: 30 }, async () => {
    while (!stop) {
      await pool.use(one).catch(async (error) => {
        codes.add(error.code);
        await new Promise((resolve) => setTimeout(resolve, 10));
      });
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await server.kill();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await server.restart();
  await eventually('it is well again', async () => (await pool.use(one)).rows.length === 1);
  codes.clear();
  await new Promise((resolve) => setTimeout(resolve, 300));
  stop = true;
  await Promise.all(load);
  expect([...codes]).toEqual([]);
  expectSums(pool);
  await pool.drain();
});

describe('a network', () => {
  const through = async (options: PoolOptions<Client>) => {
    const server = await startPostgres();
    const proxy = await tcpProxy(server.port);
    const connectionString = `postgres://postgres@127.0.0.1:${proxy.port}/db0`;
    const pool = createPool(pgFactory({ connectionString }), options);
    const dispose = async () => {
      await pool.drain({ deadlineMs: 200 });
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    };
    return { proxy, pool, [Symbol.asyncDispose]: dispose };
  };

  test('that goes silent: validation finds out, and nobody waits longer than that and a create take', async () => {
    await using world = await through({
      max: 4,
      recheckAfterMs: 0,
      validateTimeoutMs: 300,
      createTimeoutMs: 300,
      destroyTimeoutMs: 300,
      createErrors: 'keep',
    });
    const { pool, proxy } = world;
    const leases = await Promise.all(Array.from({ length: 4 }, () => pool.acquire()));
    for (const lease of leases) lease.release();
    await proxy.halfOpen();
    const silent = await pool.use(one, { timeoutMs: 700 }).catch((error) => error.code);
    expect(silent).toBe('XC_POOL_TIMEOUT');
    await proxy.restore();
    const start = performance.now();
    expect((await pool.use(one)).rows).toEqual([{ n: 1 }]);
    expect(performance.now() - start).toBeLessThan(2_000);
    await eventually('all slots are free', () => pool.stats().closing === 0 && pool.stats().inUse === 0);
    expectSums(pool);
  });

  test('that goes silent for idle connections: the keep-alive replaces them before anybody comes', async () => {
    await using world = await through({
      min: 2,
      max: 2,
      keepaliveMs: 100,
      validateTimeoutMs: 200,
      createTimeoutMs: 500,
      destroyTimeoutMs: 200,
    });
    const { pool, proxy } = world;
    await pool.warm();
    await proxy.halfOpen();
    await eventually('both are given up', () => pool.stats().closed >= 2);
    await proxy.restore();
    await eventually('two are open again', () => pool.stats().idle === 2, { deadlineMs: 10_000 });
    expect((await pool.use(one)).rows).toEqual([{ n: 1 }]);
    expectSums(pool);
  });

  test('that is cut: idle ones are noticed at once, busy ones fail, and the pool comes back', async () => {
    await using world = await through({ min: 3, max: 3 });
    const { pool, proxy } = world;
    await pool.warm();
    const busy = pool.use((client) => client.query('SELECT pg_sleep(30)'));
    const failed = expect(busy).rejects.toThrow();
    await eventually('one is lent', () => pool.stats().inUse === 1);
    await proxy.cut();
    await failed;
    await eventually('none is left', () => pool.stats().size === 0);
    await expect(pool.use(one)).rejects.toMatchObject({ code: 'XC_POOL_CREATE', cause: { code: 'ECONNREFUSED' } });
    await proxy.restore();
    await eventually('min is open again', () => pool.stats().idle === 3, { deadlineMs: 10_000 });
    expectSums(pool);
  });

  test('that is slow: a connection that opens too late is closed, and its slot is free', async () => {
    await using world = await through({ max: 2, createTimeoutMs: 150, createErrors: 'keep' });
    const { pool, proxy } = world;
    await proxy.delay(200);
    await expect(pool.use(one, { timeoutMs: 600 })).rejects.toMatchObject({ code: 'XC_POOL_TIMEOUT' });
    await proxy.restore();
    expect((await pool.use(one)).rows).toEqual([{ n: 1 }]);
    await eventually('only ours is left', () => proxy.connections === pool.stats().size);
    expectSums(pool);
  });
});

describe('a server that refuses', () => {
  /** Everybody is trusted but `app`, whose password is `open sesame`. */
  const startGuarded = async (
    settings: Record<string, string | number> = {},
  ): Promise<PostgresServer & { readonly hba: string }> => {
    const hba = await mkdtemp(join(tmpdir(), 'xc-hba-'));
    const file = join(hba, 'pg_hba.conf');
    await writeFile(file, 'host all app 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n', {
      mode: 0o644,
    });
    await chmod(hba, 0o755);
    const server = await startPostgres({ settings: { hba_file: file, ...settings } });
    return Object.assign(server, { hba });
  };

  test('a wrong password fails the warm-up with its own words, is tried again, and shows up nowhere', async () => {
    const server = await startGuarded();
    const logger = new MemoryLogger();
    const events: PoolEvent[] = [];
    const config = { host: '127.0.0.1', port: server.port, database: 'db0', user: 'app', password: 'hunter2-wrong' };
    const admin = createPool(pgFactory({ connectionString: server.url }));
    await admin.use((client) => client.query("CREATE ROLE app LOGIN PASSWORD 'open sesame'"));
    let password = config.password;
    const pool = createPool(
      pgFactory(() => ({ ...config, password })),
      {
        min: 1,
        logger,
        onEvent: (event) => void events.push(event),
      },
    );
    const refused = await pool.warm({ deadlineMs: 500 }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'XC_POOL_WARMUP',
      cause: { code: '28P01', message: expect.stringContaining('app') },
    });
    expect(pool.stats().createFailures).toBeGreaterThan(1);
    expect(pool.stats().createFailures).toBeLessThan(20);
    const everything = inspect([refused, events, logger.lines, pool.diagnose(), pool.stats()], {
      depth: 12,
      showHidden: true,
    });
    expect(everything).not.toContain('hunter2');
    password = 'open sesame';
    expect(await pool.warm({ deadlineMs: 10_000 })).toMatchObject({ opened: 1 });
    await Promise.all([pool.drain(), admin.drain()]);
    await server[Symbol.asyncDispose]();
    await rm(server.hba, { recursive: true });
  });

  test('a connection string that cannot be read is refused without its password', async () => {
    const pool = createPool(pgFactory({ connectionString: 'postgres://app:hunter2@127.0.0.1:port/db0' }));
    const refused = await pool.acquire().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'XC_POOL_CREATE' });
    expect(inspect(refused, { depth: 12, showHidden: true })).not.toContain('hunter2');
    await pool.drain();
  });

  test('too many connections: those that are open go on serving', async () => {
    await using server = await startPostgres({
      settings: { max_connections: 8, superuser_reserved_connections: 0, reserved_connections: 0 },
    });
    const pool = createPool(pgFactory({ connectionString: server.url }), { max: 20, maxCreating: 10 });
    const served = await Promise.all(
      Array.from({ length: 60 }, () => pool.use((client) => client.query('SELECT pg_sleep(0.02)'))),
    );
    expect(served).toHaveLength(60);
    const { createFailures, size } = pool.stats();
    expect(createFailures).toBeGreaterThan(0);
    expect(size).toBeLessThanOrEqual(8);
    expectSums(pool);
    await pool.drain();
  });
});
