import type { Lock } from '@xc/core';
import { eventually, type Server, startRedis, type TcpProxy, tcpProxy } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { createLocks, type Locks } from '../../src/index.ts';
import { redisLockStore } from '../../src/redis/index.ts';

// Nothing here waits for a ttl, which is half a minute: what is free before then was given back.

const stack: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of stack.splice(0).reverse()) await undo();
});

/** Held or not, as the server has it: a lock, or a permit. */
const isHeld = async (direct: Redis, name: string): Promise<boolean> =>
  (await direct.exists(`xc:lock:{n:${name}}`, `xc:lock:{n:${name}}:s`)) > 0;

async function passed(ms: number): Promise<void> {
  const startedAt = performance.now();
  await eventually(`${ms} ms have passed`, () => performance.now() - startedAt > ms);
}

interface Setup {
  readonly server: Server;
  readonly proxy: TcpProxy;
  /** Of the locks. */
  readonly client: Redis;
  readonly direct: Redis;
  readonly locks: Locks;
}

async function setUp(deadlineMs: number, appendOnly = false): Promise<Setup> {
  const server = await startRedis({ appendOnly });
  stack.push(() => server[Symbol.asyncDispose]());
  const proxy = await tcpProxy(server.port);
  stack.push(() => proxy[Symbol.asyncDispose]());
  const clients = [proxy.port, server.port].map((port) =>
    new Redis(port, { retryStrategy: () => 100 }).on('error', () => {}),
  );
  const [client, direct] = clients as [Redis, Redis];
  stack.push(() => clients.map((one) => one.disconnect()));
  const locks = createLocks({ store: redisLockStore(client, { deadlineMs }) });
  stack.push(() => locks[Symbol.asyncDispose]());
  await Promise.all(clients.map((one) => one.ping()));
  return { server, proxy, client, direct, locks };
}

const wishes: Readonly<Record<string, (locks: Locks, name: string) => Promise<unknown>>> = {
  'an acquisition': (locks, name) => locks.acquire(name),
  'a single try': (locks, name) => locks.tryAcquire(name),
  'one that waits for less than its store does': (locks, name) => locks.acquire(name, { waitMs: 60 }),
  'an aborted one': (locks, name) => locks.acquire(name, { signal: AbortSignal.timeout(20) }),
  'an aborted try': (locks, name) => locks.tryAcquire(name, { signal: AbortSignal.timeout(20) }),
  'work under a lock': (locks, name) => locks.using(name, async () => {}),
  'the first of several names': (locks, name) => locks.acquireAll([name, `${name} and more`]),
  'a permit': (locks, name) => locks.semaphore(name, 2).acquire(name),
};

test('whatever Redis grants only after a standstill is given back, though it knows no script for that', async () => {
  const { server, direct, locks } = await setUp(200);
  for (const lock of [locks, locks.semaphore('w', 2)] satisfies Lock[]) await lock.acquire('w');
  await server.pause();
  const outcomes = await Promise.allSettled(Object.entries(wishes).map(([name, wish]) => wish(locks, name)));
  expect(outcomes.filter(({ status }) => status !== 'rejected')).toEqual([]);
  // The first questions that give them back have failed as well.
  await passed(500);
  await server.resume();
  for (const name of Object.keys(wishes)) {
    await eventually(`${name} was granted`, () => direct.exists(`xc:lock:{n:${name}}:f`));
    await eventually(`${name} is free`, async () => !(await isHeld(direct, name)));
  }
});

test('what was granted by a server that is cut off before it says so is given back when it can be reached', async () => {
  const { proxy, direct, locks } = await setUp(1_000);
  await (await locks.acquire('w')).release();
  await proxy.delay(900);
  const outcome = locks.acquire('a').catch((error: unknown) => error);
  await eventually('it is granted', () => isHeld(direct, 'a'));
  await proxy.cut();
  expect(await outcome).toMatchObject({ code: 'XC_LOCK_UNAVAILABLE' });
  await passed(1_200);
  await proxy.restore();
  await eventually('it is free', async () => !(await isHeld(direct, 'a')));
});

test('what was granted by a server that is killed before it says so is given back when it is there again', async () => {
  const { server, proxy, client, locks } = await setUp(1_000, true);
  await locks.acquire('w');
  await proxy.delay(900);
  const outcome = locks.acquire('a').catch((error: unknown) => error);
  const direct = new Redis(server.port).on('error', () => {});
  stack.push(() => direct.disconnect());
  await eventually('it is granted', () => isHeld(direct, 'a'));
  await server.kill();
  expect(await outcome).toMatchObject({ code: 'XC_LOCK_UNAVAILABLE' });
  await passed(1_200);
  await proxy.restore();
  await server.restart();
  await eventually('it is free', async () => !(await isHeld(client, 'a')));
});

test('what a client sends once more over its next connection is given back again', async () => {
  const { server, client, direct, locks } = await setUp(200);
  await (await locks.acquire('w')).release();
  await server.pause();
  const outcome = locks.acquire('a').catch((error: unknown) => error);
  // The server has both, and takes them up in an order of its own.
  client.stream.destroy();
  expect(await outcome).toMatchObject({ code: 'XC_LOCK_UNAVAILABLE' });
  await passed(300);
  await server.resume();
  await eventually('it was granted', () => direct.get('xc:lock:{n:a}:f'));
  await eventually('it is free', async () => !(await isHeld(direct, 'a')));
});

test('what was granted over a connection that is lost is had over the next one', async () => {
  const { proxy, direct, locks } = await setUp(20_000);
  for (const lock of [locks, locks.semaphore('s', 1)]) {
    const name = lock === locks ? 'a' : 's';
    await (await lock.acquire(name)).release();
    await proxy.delay(500);
    const trying = lock.acquire(name, { waitMs: 0 });
    await eventually('it is granted', () => isHeld(direct, name));
    await proxy.cut();
    await proxy.restore();
    const lease = await trying;
    expect(lease.signal.aborted).toBe(false);
    expect(await direct.get(`xc:lock:{n:${name}}:f`)).toBe(String(lease.fence));
    await lease.release();
    expect(await isHeld(direct, name)).toBe(false);
  }
});

test('what was never sent is not given back', async () => {
  const { server, client, direct, locks } = await setUp(200);
  await server.kill();
  await eventually('the connection is lost', () => client.status !== 'ready');
  await expect(locks.acquire('a')).rejects.toMatchObject({ code: 'XC_LOCK_UNAVAILABLE' });
  await server.restart();
  await direct.ping();
  await passed(1_000);
  expect(await direct.info('commandstats')).not.toMatch(/cmdstat_eval/);
});
