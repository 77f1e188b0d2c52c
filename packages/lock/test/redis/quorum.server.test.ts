import { systemClock } from '@xc/core';
import { eventually, type Server, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLocks } from '../../src/index.ts';
import { quorumLockStore, redisLockStore } from '../../src/redis/index.ts';
import { lockStoreContract } from '../../src/testing/index.ts';

let servers: Server[];
let clients: Redis[];
const connect = (server: Server): Redis => new Redis(server.port).on('error', () => {});

beforeEach(async () => {
  servers = await Promise.all([startRedis(), startRedis(), startRedis()]);
  clients = servers.map(connect);
});
afterEach(async () => {
  for (const client of clients) client.disconnect();
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
});

const open = (deadlineMs = 5_000) => createLocks({ store: quorumLockStore(clients, { deadlineMs }) });

/** The lease is given when a majority has granted it; the others may take their time. */
async function grantedByAll(name: string): Promise<void> {
  const granted = async (client: Redis) => (await client.exists(`xc:lock:{n:${name}}`)) === 1;
  await eventually('all have granted it', async () => (await Promise.all(clients.map(granted))).every(Boolean));
}

test('keeps the contract on three servers', async () => {
  await Promise.all(clients.map((client) => client.ping()));
  const store = quorumLockStore(clients, { deadlineMs: 5_000 });
  await Promise.all(lockStoreContract.map(({ run }) => run({ store, pass: (ms) => systemClock.sleep(ms + 1) })));
  await store.attach?.()();
});

test('goes on, exclusively and with growing fences, while one server is dead and another one forgets everything', async () => {
  await using locks = open();
  await using others = createLocks({ store: quorumLockStore(servers.map(connect), { deadlineMs: 5_000 }) });
  const first = await locks.acquire('a');
  await grantedByAll('a');
  await clients[2]?.flushall();
  expect(await others.tryAcquire('a')).toBeUndefined();
  await first.release();
  await servers[0]?.kill();
  const second = await others.acquire('a');
  expect(second.fence).toBeGreaterThan(first.fence);
  expect(await locks.tryAcquire('a', { ttlMs: 20_000 })).toBeUndefined();
  await second.release();
}, 60_000);

test('a server that stands still holds nobody up', async () => {
  await using locks = open(3_000);
  await (await locks.acquire('warm')).release();
  await servers[1]?.pause();
  const startedAt = performance.now();
  const lease = await locks.acquire('a', { ttlMs: 10_000 });
  await lease.release();
  const next = await locks.acquire('a', { ttlMs: 10_000 });
  expect(next.fence).toBeGreaterThan(lease.fence);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await servers[1]?.resume();
});

test('without a majority nobody gets in, within the deadline, and what was granted is undone', async () => {
  await using locks = open(200);
  await Promise.all([servers[0]?.kill(), servers[1]?.pause()]);
  const startedAt = performance.now();
  await expect(locks.acquire('a', { waitMs: 60_000 })).rejects.toMatchObject({
    code: 'XC_LOCK_UNAVAILABLE',
    details: { answered: 1, servers: 3 },
  });
  expect(performance.now() - startedAt).toBeLessThan(200 + 250);
  await eventually('it is undone', async () => (await clients[2]?.exists('xc:lock:{n:a}')) === 0);
  await servers[1]?.resume();
  await eventually('it is undone there too', async () => (await clients[1]?.exists('xc:lock:{n:a}')) === 0);
});

test('writes the highest fence back to a majority before the lease is given', async () => {
  await using locks = open();
  const ahead = '8000000000000000';
  await clients[1]?.set('xc:lock:{n:a}:f', ahead);
  const lease = await locks.acquire('a');
  const stored = await Promise.all(clients.map((client) => client.get('xc:lock:{n:a}:f')));
  expect(stored.filter((fence) => fence === String(lease.fence)).length).toBeGreaterThanOrEqual(2);
});

test('a lease is lost when a majority has forgotten it, and kept when one server has', async () => {
  await using locks = open();
  const lease = await locks.acquire('a', { ttlMs: 900 });
  await grantedByAll('a');
  await clients[0]?.flushall();
  const flushedAt = performance.now();
  await eventually('it was renewed', () => performance.now() - flushedAt > 1_000);
  expect(lease.signal.aborted).toBe(false);
  await clients[1]?.flushall();
  await eventually('it is lost', () => lease.signal.aborted);
});

test('a release wakes those who wait elsewhere, and contenders do not get in each other’s way for ever', async () => {
  const nodes = [open(), createLocks({ store: quorumLockStore(servers.map(connect), { deadlineMs: 5_000 }) })];
  let [inside, rounds] = [0, 0];
  const contend = async (locks: (typeof nodes)[0]) => {
    for (let round = 0; round < 5; round += 1) {
      await locks.using(
        'a',
        async () => {
          inside += 1;
          expect(inside).toBe(1);
          await systemClock.sleep(1);
          inside -= 1;
          rounds += 1;
        },
        { waitMs: 60_000 },
      );
    }
  };
  await Promise.all(nodes.flatMap((locks) => [contend(locks), contend(locks)]));
  expect(rounds).toBe(20);
  await Promise.all(nodes.map((locks) => locks[Symbol.asyncDispose]()));
});

describe('refuses', () => {
  test.each<[string, () => unknown, typeof TypeError | typeof RangeError]>([
    ['two servers', () => quorumLockStore(clients.slice(0, 2)), RangeError],
    ['the same client twice', () => quorumLockStore([clients[0], clients[1], clients[0]] as Redis[]), TypeError],
    ['a client that is none', () => quorumLockStore([clients[0], clients[1], {}] as Redis[]), TypeError],
    ['no list', () => quorumLockStore(clients[0] as never), TypeError],
    ['a prefix with braces', () => redisLockStore(clients[0] as Redis, { prefix: '{a}' }), TypeError],
    ['a deadline of nothing', () => redisLockStore(clients[0] as Redis, { deadlineMs: 0 }), RangeError],
    ['an unknown option', () => quorumLockStore(clients, { ttl: 1 } as never), TypeError],
    ['no client', () => redisLockStore(undefined as never), TypeError],
  ])('%s', (_what, make, kind) => {
    expect(make).toThrow(kind);
  });

  test('the same server twice, through two clients, two databases or two names of this machine', () => {
    const again = new Redis(servers[0]?.port as number, { db: 1, lazyConnect: true });
    const here = ['localhost', '::1', 'LOCALHOST'].map(
      (host) => new Redis({ port: servers[0]?.port as number, host, lazyConnect: true }),
    );
    for (const one of [again, ...here]) {
      expect(() => quorumLockStore([clients[0], clients[1], one] as Redis[])).toThrow(TypeError);
    }
  });
});
