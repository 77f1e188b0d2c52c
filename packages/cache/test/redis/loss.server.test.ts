import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { localBus } from '@xc/core';
import { eventually, startRedis, tcpProxy } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busCoherence, type Cache, createCache } from '../../src/index.ts';
import { redisTier } from '../../src/redis/index.ts';
import { type Kind, openNodes } from './nodes.ts';

const HEARTBEAT_MS = 300;

let server: Awaited<ReturnType<typeof startRedis>>;
let admin: Redis;
beforeAll(async () => {
  server = await startRedis({ args: ['--enable-debug-command', 'yes'] });
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin.disconnect();
  await server[Symbol.asyncDispose]();
});

/** Two nodes; what the second one hears comes through a proxy, what it asks does not. */
async function deafNode(kind: Kind) {
  const proxy = await tcpProxy(server.port);
  const name = randomUUID();
  const direct = () => new Redis(server.url);
  const a = openNodes(direct, { count: 1, kind, name, heartbeatMs: HEARTBEAT_MS });
  // Its own connections are duplicates of one through the proxy.
  const ears = new Redis({ port: proxy.port, host: proxy.host });
  ears.on('error', () => {});
  const b = openNodes(direct, { count: 1, kind, name, heartbeatMs: HEARTBEAT_MS, subscriber: ears });
  await Promise.all([a.joined(), b.joined()]);
  return {
    a: a.caches[0] as Cache,
    b: b.caches[0] as Cache,
    proxy,
    async [Symbol.asyncDispose]() {
      await a[Symbol.asyncDispose]();
      await b[Symbol.asyncDispose]();
      ears.disconnect();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

describe.each(['pubsub', 'tracking', 'stream'] as const)('%s: a node that hears nothing for a while', (kind) => {
  test('serves what the others wrote meanwhile, at the latest three heartbeats after it hears again', async () => {
    await using nodes = await deafNode(kind);
    const { a, b, proxy } = nodes;
    const tags = ['t'];
    for (const key of ['set', 'dropped', 'tagged']) await a.set(key, 'OLD', { tags: key === 'tagged' ? tags : [] });
    for (const key of ['set', 'dropped', 'tagged']) expect(await b.get(key)).toBe('OLD');
    await proxy.cut();
    await a.set('set', 'NEW');
    await a.invalidate({ key: 'dropped' });
    await a.invalidate({ tags });
    await proxy.restore();
    await eventually('it listens', () => b.stats().coherence === 'up', { deadlineMs: 10_000 });
    const heard = performance.now();
    await eventually('it serves what is new', async () => {
      const values = [await b.get('set'), await b.get('dropped'), await b.get('tagged')];
      return values[0] === 'NEW' && values[1] === undefined && values[2] === undefined;
    });
    expect(performance.now() - heard).toBeLessThan(3 * HEARTBEAT_MS + 200);
  });

  test('notices that its connection is half open, and that something may be missing', async () => {
    await using nodes = await deafNode(kind);
    const { a, b, proxy } = nodes;
    await a.set('k', 'OLD');
    // Once more after all that is told of the write has arrived.
    expect(await b.get('k')).toBe('OLD');
    await sleep(50);
    expect(await b.get('k')).toBe('OLD');
    await proxy.halfOpen();
    await a.set('k', 'NEW');
    expect(await b.get('k')).toBe('OLD');
    await eventually('it serves what is new', async () => (await b.get('k')) === 'NEW', {
      deadlineMs: 4 * HEARTBEAT_MS + 500,
    });
    expect(b.stats().coherence).toBe('gap');
  });
});

test('the pub/sub connections killed, a write, and a connection again: the write is served', async () => {
  await using nodes = openNodes(() => new Redis(server.url), { count: 2, heartbeatMs: HEARTBEAT_MS });
  await nodes.joined();
  const [a, b] = nodes.caches as readonly [Cache, Cache];
  for (let round = 0; round < 5; round++) {
    await a.set('k', `OLD ${round}`, { tags: ['t'] });
    await eventually('both have it', async () => (await b.get('k')) === `OLD ${round}`);
    await Promise.all([admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'), a.invalidate({ tags: ['t'] })]);
    await eventually('it is gone', async () => (await b.get('k')) === undefined, {
      deadlineMs: 3 * HEARTBEAT_MS + 1_000,
    });
  }
});

test('scripts that are flushed again and again lose nothing', async () => {
  await using nodes = openNodes(() => new Redis(server.url), { count: 2, heartbeatMs: HEARTBEAT_MS });
  await nodes.joined();
  const [a, b] = nodes.caches as readonly [Cache, Cache];
  for (let round = 0; round < 50; round++) {
    const key = `k${round}`;
    await Promise.all([admin.script('FLUSH'), a.set(key, round, { tags: ['t'] })]);
    const [, value] = await Promise.all([admin.script('FLUSH'), b.getOrSet(key, () => 'loaded')]);
    expect(value).toBe(round);
    if (round % 5 > 0) continue;
    const [, { delivered }] = await Promise.all([admin.script('FLUSH'), a.invalidate({ tags: ['t'] })]);
    expect(delivered).toBe(true);
    await eventually('it is gone', async () => (await b.get(key)) === undefined);
  }
  expect(a.stats().recoveryQueue).toBe(0);
});

test('a flushed Redis brings back nothing that was invalidated, and loads under way are not stored', async () => {
  await using nodes = openNodes(() => new Redis(server.url), { count: 2, heartbeatMs: HEARTBEAT_MS });
  await nodes.joined();
  const [a, b] = nodes.caches as readonly [Cache, Cache];
  await a.set('k', 'OLD', { tags: ['t'] });
  expect(await b.get('k')).toBe('OLD');
  let finish = (_: string): void => {};
  const loading = a.getOrSet(
    'slow',
    () =>
      new Promise<string>((resolve) => {
        finish = resolve;
      }),
  );
  await eventually('it loads', () => a.stats().loads > 0 || a.stats().misses > 0);
  await admin.flushall();
  await a.invalidate({ tags: ['t'] });
  finish('OLD');
  expect(await loading).toBe('OLD');
  await a.settled();
  await eventually('it is gone', async () => (await b.get('k')) === undefined);
  expect(await b.get('slow')).toBeUndefined();
  expect(await b.getOrSet('k', () => 'NEW', { tags: ['t'] })).toBe('NEW');
  expect(await a.getOrSet('k', () => 'LATER')).toBe('NEW');
});

test('a Redis that has no memory left still takes invalidations, and stores nothing under a lost fence', async () => {
  const full = await startRedis();
  const control = new Redis(full.url);
  await using nodes = openNodes(() => new Redis(full.url), { count: 2, heartbeatMs: HEARTBEAT_MS });
  await nodes.joined();
  const [a, b] = nodes.caches as readonly [Cache, Cache];
  for (const key of ['key', 'tagged']) await a.set(key, 'OLD', { tags: ['t'] });
  for (const key of ['key', 'tagged']) expect(await b.get(key)).toBe('OLD');
  await control.config('SET', 'maxmemory', '1');
  expect((await a.invalidate({ key: 'key' })).delivered).toBe(true);
  expect((await a.invalidate({ tags: ['t'] })).delivered).toBe(true);
  for (const key of ['key', 'tagged']) {
    await eventually('it is gone', async () => (await b.get(key)) === undefined);
    expect(await b.getOrSet(key, () => 'NEW')).toBe('NEW');
  }
  await control.config('SET', 'maxmemory', '0');
  await eventually(
    'it is used again',
    async () => {
      const key = randomUUID();
      await a.set(key, 1);
      await a.settled();
      return (await b.get(key)) === 1;
    },
    { deadlineMs: 10_000 },
  );
  control.disconnect();
  await nodes[Symbol.asyncDispose]();
  await full[Symbol.asyncDispose]();
});

for (const kind of ['pubsub', 'tracking', 'stream'] as const) {
  test(`a server that comes back without the last invalidations is told of them again: ${kind}`, async () => {
    await using nodes = openNodes(() => new Redis(server.url), { count: 1, kind, heartbeatMs: HEARTBEAT_MS });
    await nodes.joined();
    const [a] = nodes.caches as readonly [Cache];
    await a.set('key', 'OLD');
    await a.set('tagged', 'OLD', { tags: ['t'] });
    const root = `xc:c:${nodes.name}:`;
    const kept = ['{k:/key}:v', '{k:/key}:f', '{k:/tagged}:v', '{g}'].map((name) => root + name);
    const before = await Promise.all(kept.map((name) => admin.dumpBuffer(name)));
    await a.invalidate({ key: 'key' });
    await a.invalidate({ tags: ['t'] });
    // As a replica has it that took over too early.
    await Promise.all(kept.map((name, index) => admin.restore(name, 60_000, before[index] as Buffer, 'REPLACE')));
    const id = await (nodes.clients[0] as Redis).client('ID');
    await admin.client('KILL', 'ID', id);
    await using fresh = openNodes(() => new Redis(server.url), {
      count: 1,
      kind,
      name: nodes.name,
      heartbeatMs: HEARTBEAT_MS,
    });
    const [b] = fresh.caches as readonly [Cache];
    await eventually('it is told', async () => {
      return (await b.get('key')) === undefined && (await b.get('tagged')) === undefined;
    });
  });
}

test.each(['none', 'another medium'])(
  'a server that comes back without the last invalidations is told of them again by whom nobody tells of it: coherence by %s',
  async (by) => {
    const [name, client, other] = [randomUUID(), new Redis(server.url), new Redis(server.url)];
    const coherence = by === 'none' ? {} : { coherence: busCoherence(localBus(), { heartbeatMs: HEARTBEAT_MS }) };
    const cache = createCache({ name, l2: redisTier(client, { deadlineMs: 2_000 }), ...coherence });
    const fresh = createCache({ name, l2: redisTier(other, { deadlineMs: 2_000 }) });
    try {
      await cache.set('key', 'OLD');
      const kept = ['{k:/key}:v', '{k:/key}:f'].map((end) => `xc:c:${name}:${end}`);
      const before = await Promise.all(kept.map((key) => admin.dumpBuffer(key)));
      expect(await cache.invalidate({ key: 'key' })).toMatchObject({ delivered: true });
      await Promise.all(kept.map((key, index) => admin.restore(key, 60_000, before[index] as Buffer, 'REPLACE')));
      expect(await fresh.get('key')).toBe('OLD');
      await admin.client('KILL', 'ID', await client.client('ID'));
      await eventually('it is told', async () => (await fresh.get('key')) === undefined);
    } finally {
      await Promise.all([cache, fresh].map((one) => one[Symbol.asyncDispose]()));
      for (const one of [client, other]) one.disconnect();
    }
    expect(client.listenerCount('ready')).toBe(0);
  },
);
