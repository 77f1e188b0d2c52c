import { eventually, type Server, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLocks } from '../../src/index.ts';
import { redisLockStore } from '../../src/redis/index.ts';

let server: Server;
const clients: { disconnect(): void }[] = [];

beforeEach(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  await server[Symbol.asyncDispose]();
});

function node(deadlineMs = 5_000) {
  const client = new Redis(server.port);
  client.on('error', () => {});
  clients.push(client);
  return { client, locks: createLocks({ store: redisLockStore(client, { deadlineMs }) }) };
}

test('no two leases are live though Redis stands still for twice the ttl', async () => {
  const [one, two] = [node(), node()];
  await using first = await one.locks.acquire('a', { ttlMs: 500 });
  const { signal } = first;
  await server.pause();
  const pausedAt = performance.now();
  await eventually('the first is lost', () => signal.aborted);
  expect(performance.now() - pausedAt).toBeLessThan(900);
  const waiting = two.locks.acquire('a', { waitMs: 20_000 });
  await eventually('twice the ttl has passed', () => performance.now() - pausedAt > 1_000);
  await server.resume();
  const second = await waiting;
  expect(signal.reason).toMatchObject({ code: 'XC_LOCK_LOST' });
  expect(second.fence).toBeGreaterThan(first.fence);
  await first.release();
  expect(await one.locks.tryAcquire('a')).toBeUndefined();
  await Promise.all([one, two].map(({ locks }) => locks[Symbol.asyncDispose]()));
});

test('a Redis that is away lets nobody in, within the deadline, and a release settles as soon', async () => {
  for (const away of ['pause', 'kill'] as const) {
    const older = new Redis5(server.port);
    older.on('error', () => {});
    clients.push(older);
    const nodes = [
      node(300).locks,
      createLocks({ store: redisLockStore(older as unknown as Redis, { deadlineMs: 300 }) }),
    ];
    for (const [index, locks] of nodes.entries()) await locks.acquire(`held ${index}`);
    const leases = await Promise.all(nodes.map((locks, index) => locks.acquire(`h ${index}`)));
    await server[away]();
    for (const locks of nodes) {
      for (const waitMs of [60_000, 0, 100]) {
        const startedAt = performance.now();
        await expect(locks.acquire('a', { waitMs })).rejects.toMatchObject({
          code: 'XC_LOCK_UNAVAILABLE',
          retryable: true,
        });
        expect(performance.now() - startedAt).toBeLessThan(300 + 250);
      }
    }
    const startedAt = performance.now();
    await Promise.all(leases.map((lease) => lease.release()));
    expect(performance.now() - startedAt).toBeLessThan(300 + 250);
    if (away === 'pause') await server.resume();
    else await server.restart();
    for (const locks of nodes) await locks[Symbol.asyncDispose]();
  }
});

test('fences go on growing after FLUSHALL and after a restart that forgets everything', async () => {
  const { client, locks } = node();
  const before = await locks.acquire('a', { ttlMs: 600 });
  await client.flushall();
  const other = await locks.acquire('a');
  expect(other.fence).toBeGreaterThan(before.fence);
  // Its next renewal finds somebody else.
  await eventually('the first is lost', () => before.signal.aborted);
  await before.release();
  expect(other.signal.aborted).toBe(false);
  expect(await locks.tryAcquire('a')).toBeUndefined();
  await server.kill();
  await server.restart();
  const after = await eventually('it is back', () => locks.acquire('a'));
  expect(after.fence).toBeGreaterThan(other.fence);
  await locks[Symbol.asyncDispose]();
});

test('a lease goes on after SCRIPT FLUSH and a killed connection', async () => {
  const { client, locks } = node();
  const lease = await locks.acquire('a', { ttlMs: 900 });
  const fence = (await client.get('xc:lock:{n:a}:f')) as string;
  await client.script('FLUSH');
  const other = node();
  await other.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  const startedAt = performance.now();
  await eventually('two renewals', () => performance.now() - startedAt > 1_500);
  expect([lease.signal.aborted, String(lease.fence)]).toEqual([false, fence]);
  await lease.release();
  expect(await locks.tryAcquire('a')).toBeDefined();
  await Promise.all([locks, other.locks].map((one) => one[Symbol.asyncDispose]()));
});

test('a waiter that hears nothing looks for itself', async () => {
  const [one, two] = [node(), node()];
  const lease = await one.locks.acquire('a');
  const waiting = two.locks.acquire('a', { waitMs: 20_000 });
  await eventually('it listens', async () => (await one.locks.inspect('a'))?.waiters === 1);
  // Freed without a word.
  await one.client.del('xc:lock:{n:a}');
  const freedAt = performance.now();
  expect((await waiting).fence).toBeGreaterThan(lease.fence);
  expect(performance.now() - freedAt).toBeLessThan(600);
  await Promise.all([one, two].map(({ locks }) => locks[Symbol.asyncDispose]()));
});
