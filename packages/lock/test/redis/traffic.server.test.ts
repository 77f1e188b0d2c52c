import { eventually, type Server, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createLocks, type Locks } from '../../src/index.ts';
import { redisLockStore } from '../../src/redis/index.ts';

const DAY_MS = 86_400_000;
let server: Server;
let client: Redis;
let watcher: Redis;
let locks: Locks;

beforeAll(async () => {
  server = await startRedis();
  watcher = new Redis(server.port);
});
afterAll(async () => {
  watcher.disconnect();
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await watcher.flushall();
  client = new Redis(server.port);
  locks = createLocks({ store: redisLockStore(client, { deadlineMs: 20_000 }) });
});
afterEach(async () => {
  await locks[Symbol.asyncDispose]();
  client.disconnect();
});

/** Commands that clients have sent, those inside of scripts left out, as the server counts them. */
async function sent(): Promise<ReadonlyMap<string, number>> {
  const info = await watcher.info('commandstats');
  return new Map(
    [...info.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)].map(([, name, calls]) => [name ?? '', Number(calls)]),
  );
}

test('acquire, renew and release are one script and one round trip each', async () => {
  await (await locks.acquire('warm')).release();
  await locks.acquire('warm', { ttlMs: 150 });
  await eventually('it is renewed', async () => ((await sent()).get('evalsha') ?? 0) >= 4);
  await locks.forceRelease('warm');
  const before = (await sent()).get('evalsha') ?? 0;
  const lease = await locks.acquire('a', { ttlMs: 3_000 });
  const startedAt = performance.now();
  await eventually(
    'it is renewed',
    async () => (await watcher.pttl('xc:lock:{n:a}')) > 3_000 - (performance.now() - startedAt) + 500,
  );
  await lease.release();
  expect(((await sent()).get('evalsha') ?? 0) - before).toBe(3);
});

test('keeps the owner with its ttl, the fence for a day, and a semaphore as one sorted set', async () => {
  const lease = await locks.acquire('a', { ttlMs: 10_000 });
  await locks.semaphore('s', 3).acquire('s', { ttlMs: 10_000 });
  expect(new Set(await watcher.keys('*'))).toEqual(
    new Set(['xc:lock:{n:a}', 'xc:lock:{n:a}:f', 'xc:lock:{n:s}:s', 'xc:lock:{n:s}:f']),
  );
  expect(await watcher.pttl('xc:lock:{n:a}')).toBeGreaterThan(5_000);
  expect(await watcher.get('xc:lock:{n:a}:f')).toBe(String(lease.fence));
  expect(await watcher.pttl('xc:lock:{n:a}:f')).toBeGreaterThan(DAY_MS);
  expect(await watcher.zcard('xc:lock:{n:s}:s')).toBe(1);
  expect(await watcher.pttl('xc:lock:{n:s}:s')).toBeGreaterThan(5_000);
  await lease.release();
  expect(await watcher.exists('xc:lock:{n:a}')).toBe(0);
  expect(await watcher.pttl('xc:lock:{n:a}:f')).toBeGreaterThan(DAY_MS - 60_000);
});

test('a thousand who wait cost the server one subscription and four looks a second', async () => {
  await locks.acquire('a');
  const other = new Redis(server.port);
  const waiters = createLocks({ store: redisLockStore(other, { deadlineMs: 20_000 }) });
  const all = Array.from({ length: 1_000 }, () => waiters.acquire('a', { waitMs: 60_000 }));
  for (const one of all) one.catch(() => {});
  await eventually('they listen', async () => (await locks.inspect('a'))?.waiters === 1);
  const before = await sent();
  const startedAt = performance.now();
  await eventually('three seconds have passed', () => performance.now() - startedAt > 3_000, { everyMs: 500 });
  const after = await sent();
  const cost = ['pttl', 'ping', 'subscribe', 'get', 'set'].map(
    (name) => (after.get(name) ?? 0) - (before.get(name) ?? 0),
  );
  expect(cost.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(
    1 + 4 * ((performance.now() - startedAt) / 1_000),
  );
  expect(await waiters.inspect('a')).toMatchObject({ waiters: 1_000 });
  await waiters[Symbol.asyncDispose]();
  other.disconnect();
});

test('a release wakes who waits elsewhere by message, and whoever is done leaves no connection behind', async () => {
  const other = new Redis(server.port);
  const waiters = createLocks({ store: redisLockStore(other, { deadlineMs: 20_000 }) });
  const delays: number[] = [];
  for (let round = 0; round < 15; round += 1) {
    const lease = await locks.acquire('a');
    const waiting = waiters.acquire('a', { waitMs: 20_000 });
    await eventually('it listens', async () => (await locks.inspect('a'))?.waiters === 1);
    const releasedAt = performance.now();
    await lease.release();
    const next = await waiting;
    delays.push(performance.now() - releasedAt);
    await next.release();
  }
  // A poll alone would take an eighth of a second.
  expect(delays.sort((one, two) => one - two)[7]).toBeLessThan(50);
  await waiters[Symbol.asyncDispose]();
  const listening = async () => (await watcher.call('CLIENT', 'LIST', 'TYPE', 'pubsub')) === '';
  await eventually('no connection listens', listening);
  expect(other.status).toBe('ready');
  other.disconnect();
});

test('a client that ends takes the connection that listens with it', async () => {
  await locks.acquire('a');
  const other = new Redis(server.port);
  const waiters = createLocks({ store: redisLockStore(other, { deadlineMs: 20_000 }) });
  const waiting = waiters.acquire('a', { waitMs: 300 }).catch((error: unknown) => error);
  await eventually('it listens', async () => (await locks.inspect('a'))?.waiters === 1);
  expect(await waiting).toMatchObject({ code: 'XC_LOCK_TIMEOUT' });
  other.disconnect();
  await eventually(
    'no connection listens',
    async () => (await watcher.call('CLIENT', 'LIST', 'TYPE', 'pubsub')) === '',
  );
});

test('an abort while the winning answer is on its way leaves nothing behind', async () => {
  for (let round = 0; round < 20; round += 1) {
    const controller = new AbortController();
    const waiting = locks.acquire('a', { signal: controller.signal });
    await Promise.resolve();
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  }
  await eventually('nobody holds it', async () => (await watcher.exists('xc:lock:{n:a}')) === 0);
  expect(await locks.tryAcquire('a')).toBeDefined();
});
