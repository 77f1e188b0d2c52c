import { systemClock } from '@xc/core';
import { slotOf } from '@xc/redis';
import { eventually, type Server, startCluster, startRedis, type TcpProxy, tcpProxy } from '@xc/test-support';
import { Cluster, Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import { createLocks, type Locks } from '../../src/index.ts';
import { quorumLockStore, redisLockStore } from '../../src/redis/index.ts';

// Nothing here waits for a ttl, which is half a minute: what is free before then was given back.

const stack: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of stack.splice(0).reverse()) await undo();
});

async function passed(ms: number): Promise<void> {
  const startedAt = performance.now();
  await eventually(`${ms} ms have passed`, () => performance.now() - startedAt > ms);
}

describe('on a quorum', () => {
  async function setUp() {
    const servers = await Promise.all([startRedis(), startRedis(), startRedis()]);
    for (const server of servers) stack.push(() => server[Symbol.asyncDispose]());
    const connect = ({ port }: Server) => new Redis(port).on('error', () => {});
    const [clients, direct] = [servers.map(connect), servers.map(connect)];
    stack.push(() => [...clients, ...direct].map((client) => client.disconnect()));
    await Promise.all([...clients, ...direct].map((client) => client.ping()));
    const locks = createLocks({ store: quorumLockStore(clients) });
    stack.push(() => locks[Symbol.asyncDispose]());
    // Who holds something, server by server.
    const held = async () => (await Promise.all(direct.map(async (one) => heldKeys(await one.keys('*{n:a}*'))))).flat();
    return { servers, direct, locks, held };
  }
  const heldKeys = (keys: readonly string[]) => keys.filter((key) => !key.endsWith(':f'));

  const wishes: readonly (readonly [what: string, wish: (locks: Locks) => Promise<unknown>])[] = [
    ['an acquisition', (locks) => locks.acquire('a')],
    ['an aborted one', (locks) => locks.acquire('a', { signal: AbortSignal.timeout(20) })],
    ['several names', (locks) => locks.acquireAll(['a', 'b'])],
    ['a permit', (locks) => locks.semaphore('a', 2).acquire('a')],
  ];

  test.for(wishes)('%s that a majority grants after a standstill is given back by all', async ([, wish]) => {
    const { servers, direct, locks, held } = await setUp();
    for (const lock of [locks, locks.semaphore('w', 1)]) await lock.acquire('w');
    for (const one of servers.slice(0, 2)) await one.pause();
    await expect(wish(locks)).rejects.toThrow();
    await passed(600);
    for (const one of servers.slice(0, 2)) await one.resume();
    for (const one of direct.slice(0, 2)) await eventually('it was granted', () => one.exists('xc:lock:{n:a}:f'));
    await eventually('it is free everywhere', async () => (await held()).length === 0);
  });

  test('a try that somebody else’s lock refuses is undone where it is granted late', async () => {
    const { servers, direct, locks, held } = await setUp();
    await locks.acquire('w');
    for (const one of direct.slice(0, 2)) await one.set('xc:lock:{n:a}', 'somebody else', 'PX', 60_000);
    await servers[2]?.pause();
    expect(await locks.tryAcquire('a')).toBeUndefined();
    await passed(600);
    await servers[2]?.resume();
    await eventually('it was granted', () => direct[2]?.exists('xc:lock:{n:a}:f'));
    await eventually('it is free there', async () => (await held()).length === 2);
    for (const one of direct.slice(0, 2)) expect(await one.get('xc:lock:{n:a}')).toBe('somebody else');
  });

  test('a release reaches the server that was away, and locks that are disposed begin nothing more', async () => {
    const { servers, direct, locks, held } = await setUp();
    const lease = await locks.acquire('a');
    await eventually('all have granted it', async () => (await held()).length === 3);
    await servers[1]?.pause();
    await lease.release();
    expect(await direct[0]?.exists('xc:lock:{n:a}')).toBe(0);
    await passed(600);
    await servers[1]?.resume();
    await eventually('it is free there as well', async () => (await held()).length === 0);
    await locks[Symbol.asyncDispose]();
    const calls = async () => /cmdstat_evalsha:calls=(\d+)/.exec((await direct[1]?.info('commandstats')) ?? '')?.[1];
    const before = await calls();
    await systemClock.sleep(1_000);
    expect(await calls()).toBe(before);
  });
});

describe('on a cluster', () => {
  async function setUp(deadlineMs: number) {
    const cluster = await startCluster({ masters: 3, replicas: 0, nodeTimeoutMs: 60_000 });
    stack.push(() => cluster[Symbol.asyncDispose]());
    const proxies = new Map<number, TcpProxy>();
    for (const { port } of cluster.nodes) proxies.set(port, await tcpProxy(port));
    stack.push(() => Promise.all([...proxies.values()].map((proxy) => proxy[Symbol.asyncDispose]())));
    const natMap = Object.fromEntries(
      [...proxies].map(([port, proxy]) => [`127.0.0.1:${port}`, { host: proxy.host, port: proxy.port }]),
    );
    const client = new Cluster([...proxies.values()].map(({ host, port }) => ({ host, port })), { natMap });
    client.on('error', () => {});
    stack.push(() => client.disconnect());
    const locks = createLocks({ store: redisLockStore(client, { deadlineMs }) });
    stack.push(() => locks[Symbol.asyncDispose]());
    await locks.acquire('a').then((lease) => lease.release());
    const master = await cluster.masterOf(slotOf('xc:lock:{n:a}'));
    const direct = new Redis(master.port).on('error', () => {});
    stack.push(() => direct.disconnect());
    await direct.script('FLUSH');
    // Another name of the same slot: the script that takes is known to the server, the one that gives back is not.
    await locks.acquire('a}');
    await direct.del('xc:lock:{n:a}:f');
    return { locks, master, direct, proxy: proxies.get(master.port) as TcpProxy };
  }

  test('what a node grants after a standstill is given back', async () => {
    const { locks, master, direct } = await setUp(300);
    await master.pause();
    await expect(locks.acquire('a')).rejects.toMatchObject({ code: 'XC_LOCK_UNAVAILABLE' });
    await passed(600);
    await master.resume();
    await eventually('it was granted', () => direct.exists('xc:lock:{n:a}:f'));
    await eventually('it is free', async () => (await direct.exists('xc:lock:{n:a}')) === 0);
  });

  test('what was granted by a node that is cut off before it says so is given back', async () => {
    const { locks, direct, proxy } = await setUp(1_000);
    await proxy.delay(900);
    const outcome = locks.acquire('a').catch((error: unknown) => error);
    await eventually('it is granted', () => direct.exists('xc:lock:{n:a}'));
    await proxy.cut();
    expect(await outcome).toMatchObject({ code: 'XC_LOCK_UNAVAILABLE' });
    await passed(1_200);
    await proxy.restore();
    await eventually('it is free', async () => (await direct.exists('xc:lock:{n:a}')) === 0);
  });
});
