import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createPool } from '../create-pool.ts';
import type { Pool } from '../pool.ts';
import type { PoolEvent } from '../pool-event.ts';
import type { PoolOptions } from '../pool-options.ts';
import { redisFactory } from './index.ts';

const url = inject('redis');
const key = (name: string) => `xc:test:pool:${process.pid}:${name}`;
const open: Pool<Redis>[] = [];
let admin: Redis;

beforeAll(() => {
  admin = new Redis(url);
});
afterAll(() => admin.quit());
afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.drain({ deadlineMs: 200 })));
});

function pooled(options: PoolOptions<Redis> = {}) {
  const events: PoolEvent[] = [];
  const pool = createPool(redisFactory(url), { max: 2, onEvent: (event) => void events.push(event), ...options });
  open.push(pool);
  return { pool, told: (type: PoolEvent['type']) => events.filter((event) => event.type === type) };
}

const idOf = (client: Redis) => client.client('ID');

describe('a connection', () => {
  test('may block without holding up anybody else', async () => {
    const { pool } = pooled();
    const blocked = pool.use((client) => client.blpop(key('jobs'), 10));
    expect(await pool.use((client) => client.set(key('free'), '1', 'EX', 60))).toBe('OK');
    await admin.lpush(key('jobs'), 'job');
    expect(await blocked).toEqual([key('jobs'), 'job']);
    expect(pool.stats()).toMatchObject({ inUse: 0, created: 2 });
  });

  test('keeps its watch to its owner, and loses it afterwards', async () => {
    const { pool } = pooled({ max: 1 });
    const watched = key('watched');
    await pool.use((client) => client.watch(watched));
    await admin.set(watched, 'changed', 'EX', 60);
    expect(await pool.use((client) => client.multi().set(watched, 'by me', 'EX', 60).exec())).toEqual([[null, 'OK']]);
    const refused = await pool.use(async (client) => {
      await client.watch(watched);
      await admin.set(watched, 'changed again', 'EX', 60);
      return client.multi().set(watched, 'not by me').exec();
    });
    expect(refused).toBeNull();
    expect(pool.stats()).toMatchObject({ created: 1, misuse: 0 });
  });

  test('that was returned inside of a transaction is clean for the next, and that is told', async () => {
    const { pool, told } = pooled({ max: 1 });
    await pool.use(async (client) => {
      await client.multi({ pipeline: false });
      await client.set(key('never'), 'written');
    });
    expect(await pool.use((client) => client.get(key('never')))).toBeNull();
    expect(told('misuse')).toMatchObject([{ kind: 'open-transaction' }]);
    expect(pool.stats()).toMatchObject({ created: 1, misuse: 1 });
  });

  test('that was a subscriber may be anything again, and hears nothing more', async () => {
    for (const protocol of [2, 3] as const) {
      const pool = createPool(redisFactory({ ...new Redis(url, { lazyConnect: true }).options, protocol }), { max: 1 });
      open.push(pool);
      const heard: string[] = [];
      const channel = key(`channel ${protocol}`);
      await pool.use(async (client) => {
        await client.subscribe(channel);
        await client.psubscribe(`${channel}*`);
        client.on('message', (_channel, message) => heard.push(message));
        await admin.publish(channel, 'first');
        await expect.poll(() => heard).toEqual(['first']);
      });
      expect(await pool.use((client) => client.set(key('after'), '1', 'EX', 60))).toBe('OK');
      expect(await admin.publish(channel, 'second')).toBe(0);
      expect(heard).toEqual(['first']);
      expect(pool.stats()).toMatchObject({ created: 1 });
    }
  });

  test('is in the database that was asked for, wherever its owner went', async () => {
    const { pool } = pooled({ max: 1 });
    await pool.use((client) => client.select(3));
    expect(await pool.use((client) => client.client('INFO'))).toContain('db=0');
    expect(pool.stats().created).toBe(1);
  });

  test('is lent again after an error that Redis answered', async () => {
    const { pool } = pooled({ max: 1 });
    const id = await pool.use(idOf);
    await admin.set(key('text'), 'text', 'EX', 60);
    await expect(pool.use((client) => client.lpush(key('text'), 'x'))).rejects.toThrow('WRONGTYPE');
    expect(await pool.use(idOf)).toBe(id);
  });

  test('that still blocks when its owner is gone is closed, on the server too', async () => {
    const { pool, told } = pooled({ max: 1 });
    const abort = new AbortController();
    let blocking: Promise<unknown> | undefined;
    const id = await pool.use(idOf);
    const using = pool.use(
      async (client) => {
        blocking = client.blpop(key('never'), 30).catch((error: Error) => error.message);
        abort.abort(new Error('enough'));
        throw new Error('settled');
      },
      { signal: abort.signal },
    );
    await expect(using).rejects.toThrow('enough');
    expect(await pool.use(idOf)).not.toBe(id);
    expect(await blocking).toContain('closed');
    expect(told('closed')).toMatchObject([{ reason: 'error' }]);
    await expect.poll(async () => String(await admin.client('LIST')).includes(`id=${id} `)).toBe(false);
  });

  test('that was returned while it blocks is closed', async () => {
    const { pool, told } = pooled({ max: 1 });
    const lease = await pool.acquire();
    lease.value.blpop(key('never'), 30).catch(() => {});
    lease.release();
    expect(await pool.use((client) => client.ping())).toBe('PONG');
    expect(told('closed')).toMatchObject([{ reason: 'reset-failed' }]);
  });
});

describe('a connection that the server ends', () => {
  test('while it is idle is replaced, and no borrower sees it', async () => {
    const { pool, told } = pooled({ min: 1, max: 1 });
    await pool.warm();
    const id = await pool.use(idOf);
    await admin.client('KILL', 'ID', id);
    await expect.poll(() => told('closed').length).toBe(1);
    expect(told('closed')).toMatchObject([{ reason: 'lost' }]);
    expect(await pool.use((client) => client.ping())).toBe('PONG');
  });

  test('while it is lent tells its owner, and the next one is served', async () => {
    const { pool } = pooled({ max: 1 });
    const lease = await pool.acquire();
    const { signal } = lease;
    const id = await idOf(lease.value);
    const blocked = lease.value.blpop(key('never'), 30).then(
      () => 'served',
      (error: Error) => error.message,
    );
    await admin.client('KILL', 'ID', id);
    expect(await blocked).toContain('closed');
    await expect.poll(() => signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ code: 'XC_POOL_LOST' });
    expect(lease.ended).toBe(true);
    expect(await pool.use((client) => client.ping())).toBe('PONG');
    expect(pool.stats()).toMatchObject({ inUse: 0, size: 1 });
  });
});

test('asks anew for each connection where it leads', async () => {
  let asked = 0;
  const pool = createPool(
    redisFactory(async () => {
      asked++;
      return url;
    }),
    { max: 2 },
  );
  open.push(pool);
  const leases = await Promise.all([pool.acquire(), pool.acquire()]);
  expect(asked).toBe(2);
  for (const lease of leases) lease.release();
});

test('takes after a client that is there, and leaves it alone', async () => {
  const pool = createPool(redisFactory(admin), { max: 1 });
  open.push(pool);
  expect(await pool.use(idOf)).not.toBe(await idOf(admin));
  await pool.drain();
  expect(await admin.ping()).toBe('PONG');
});

test('no password gets into an error, an event or a log', async () => {
  const { hostname, port } = new URL(url);
  const secret = 'sesame-4711';
  for (const target of [
    `redis://someone:${secret}@${hostname}:${port}`,
    { host: hostname, port: Number(port), username: 'someone', password: secret },
  ]) {
    const seen: unknown[] = [];
    const note = (...facts: unknown[]) => void seen.push(facts);
    const logger = { trace: note, debug: note, info: note, warn: note, error: note, fatal: note, child: () => logger };
    const pool = createPool(redisFactory(target), { max: 1, logger, onEvent: note });
    open.push(pool);
    const error = await pool.acquire().catch((reason) => reason);
    expect(error).toMatchObject({ code: 'XC_POOL_CREATE' });
    expect(error.cause.message).toMatch(/WRONGPASS|AUTH|password/);
    const all = inspect([error, seen, pool.diagnose()], { depth: 12, showHidden: true });
    expect(all).not.toContain(secret);
  }
});

test('a server that is not there is told by its error', async () => {
  const pool = createPool(redisFactory({ host: '127.0.0.1', port: 1 }), { max: 1 });
  open.push(pool);
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'XC_POOL_CREATE', cause: { code: 'ECONNREFUSED' } });
});

test('a connection that takes too long is hung up on', async () => {
  const pool = createPool(redisFactory({ host: '10.255.255.1', port: 6379 }), { max: 1, createTimeoutMs: 50 });
  open.push(pool);
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'XC_POOL_CREATE' });
});

test('refuses what leads nowhere', () => {
  expect(() => redisFactory(undefined as never)).toThrow(
    new TypeError('options must be an object, a URL or a function, got undefined'),
  );
});
