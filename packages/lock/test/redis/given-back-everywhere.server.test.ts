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
    const held = async (name: string): Promise<number> => {
      const keys = await Promise.all(direct.map((one) => one.keys(`*{n:${name}}*`)));
      return keys.flat().filter((key) => !key.endsWith(':f')).length;
    };
    return { servers, direct, locks, held };
  }

  const wishes: Readonly<Record<string, (locks: Locks, name: string) => Promise<unknown>>> = {
    'an acquisition': (locks, name) => locks.acquire(name),
    'an aborted one': (locks, name) => locks.acquire(name, { signal: AbortSignal.timeout(20) }),
    'the first of several names': (locks, name) => locks.acquireAll([name, `${name} and more`]),
    'a permit': (locks, name) => locks.semaphore(name, 2).acquire(name),
  };

  test('whatever a majority grants only after a standstill is given back by all', async () => {
    const { servers, direct, locks, held } = await setUp();
    for (const lock of [locks, locks.semaphore('w', 1)]) await lock.acquire('w');
    await eventually('all know the scripts that take', async () => (await held('w')) === 6);
    const away = [0, 1].map((index) => ({ server: servers[index] as Server, direct: direct[index] as Redis }));
    for (const { server } of away) await server.pause();
    const outcomes = await Promise.allSettled(Object.entries(wishes).map(([name, wish]) => wish(locks, name)));
    expect(outcomes.filter(({ status }) => status !== 'rejected')).toEqual([]);
    await passed(600);
    for (const { server } of away) await server.resume();
    for (const name of Object.keys(wishes)) {
      for (const one of away) await eventually('it was granted', () => one.direct.exists(`xc:lock:{n:${name}}:f`));
      await eventually(`${name} is free everywhere`, async () => (await held(name)) === 0);
    }
  });

  test('a try that somebody else’s lock refuses is undone where it is granted late', async () => {
    const { servers, direct, locks, held } = await setUp();
    await locks.acquire('w');
    await eventually('all know the script that takes', async () => (await held('w')) === 3);
    for (const one of direct.slice(0, 2)) await one.set('xc:lock:{n:a}', 'somebody else', 'PX', 60_000);
    await servers[2]?.pause();
    expect(await locks.tryAcquire('a')).toBeUndefined();
    await passed(600);
    await servers[2]?.resume();
    await eventually('it was granted', () => direct[2]?.exists('xc:lock:{n:a}:f'));
    await eventually('it is free there', async () => (await held('a')) === 2);
    for (const one of direct.slice(0, 2)) expect(await one.get('xc:lock:{n:a}')).toBe('somebody else');
  });

  test('a release reaches the server that was away, and locks that are disposed begin nothing more', async () => {
    const { servers, direct, locks, held } = await setUp();
    const lease = await locks.acquire('a');
    await eventually('all have granted it', async () => (await held('a')) === 3);
    await servers[1]?.pause();
    await lease.release();
    expect(await direct[0]?.exists('xc:lock:{n:a}')).toBe(0);
    await passed(600);
    await servers[1]?.resume();
    await eventually('it is free there as well', async () => (await held('a')) === 0);
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
    const client = new Cluster(
      [...proxies.values()].map(({ host, port }) => ({ host, port })),
      { natMap },
    );
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
