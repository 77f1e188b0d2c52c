import { randomBytes, randomUUID } from 'node:crypto';
import { encrypted, gzip, lz4 } from '@xc/codec';
import { type Codec, jsonCodec, type Policy } from '@xc/core';
import { MemoryLogger } from '@xc/core/testing';
import { eventually, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cache, createCache } from '../../src/index.ts';
import { pubsub, redisTier, stream, tracking } from '../../src/redis/index.ts';
import { openNodes } from './nodes.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

const keyring = { current: 'a', keys: { a: randomBytes(32) } };
const codecs: Record<string, () => Promise<Codec> | Codec> = {
  lz4: () => lz4(jsonCodec),
  gzip: () => gzip(jsonCodec),
  encrypted: () => encrypted(jsonCodec, keyring as never),
};

describe.each(Object.entries(codecs))('values as %s has them', (_, make) => {
  test('come back whole, and those of another key do not', async () => {
    const codec = await make();
    await using nodes = openNodes(() => new Redis(inject('redis')), { count: 2, tier: { deadlineMs: 2_000, codec } });
    await nodes.joined();
    const [a, b] = nodes.caches as unknown as readonly [Cache, Cache];
    const value = { text: 'x'.repeat(5_000), n: 1 };
    await a.set('k', value);
    expect(await b.get('k')).toEqual(value);
    const stored = await client.getBuffer(`xc:c:${nodes.name}:{k:/k}:v`);
    expect(stored?.includes('xxxxxxxxxx') && stored.length > 5_000).toBe(false);
    await client.copy(`xc:c:${nodes.name}:{k:/k}:v`, `xc:c:${nodes.name}:{k:/other}:v`);
    expect(await b.get('other')).toBeUndefined();
  });
});

test('keeps to its prefix and to the key prefix of the client', async () => {
  const own = randomUUID();
  const name = randomUUID();
  const connect = () => new Redis(inject('redis'), { keyPrefix: `${own}:` });
  await using nodes = openNodes(connect, { count: 2, name, tier: { deadlineMs: 2_000, prefix: 'app:c' } });
  await nodes.joined();
  const [a, b] = nodes.caches as unknown as readonly [Cache, Cache];
  await a.set('k', 1, { tags: ['t'] });
  expect(await b.get('k')).toBe(1);
  await b.invalidate({ tags: ['t'] });
  await eventually('the other node', async () => (await a.get('k')) === undefined);
  const keys = await client.keys(`*${name}*`);
  expect(keys.length).toBeGreaterThan(1);
  expect(keys.filter((key) => !key.startsWith(`${own}:app:c:${name}:`))).toEqual([]);
});

test.for([
  ['pubsub', pubsub],
  ['stream', stream],
  ['tracking', tracking],
] as const)('nodes in a database of their own hear of each other by %s', async ([, coherence]) => {
  const name = randomUUID();
  const clients = [0, 1].map(() => new Redis(inject('redis'), { db: 3 }));
  const [a, b] = clients.map((own) =>
    createCache({ name, l2: redisTier(own, { deadlineMs: 2_000 }), coherence: coherence(own, { heartbeatMs: 200 }) }),
  ) as [Cache, Cache];
  await eventually('they listen', () => [a, b].every((cache) => cache.stats().coherence === 'up'));
  const gaps: string[] = [];
  b.on('gap', ({ cause }) => gaps.push(cause));
  await a.set('k', 'OLD');
  // Longer than a node that hears nothing takes to notice.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect([b.stats().coherence, await b.get('k'), gaps]).toEqual(['up', 'OLD', []]);
  expect(b.peek('k')).toBe('OLD');
  await a.invalidate({ key: 'k' });
  await eventually('the other node', () => b.peek('k') === undefined, { deadlineMs: 500 });
  await Promise.all([a, b].map((cache) => cache[Symbol.asyncDispose]()));
  await client.select(3);
  const left = await client.keys(`*${name}*`);
  if (left.length > 0) await client.del(left);
  await client.select(0);
  for (const own of clients) own.disconnect();
});

test('caches of different names never see each other, those of the same name are nodes of one', async () => {
  const tier = redisTier(client, { deadlineMs: 2_000 });
  const name = randomUUID();
  const coherence = pubsub(client, { heartbeatMs: 200 });
  const make = (called: string): Cache => createCache({ name: called, l2: tier, coherence });
  const [a, same, other] = [make(name), make(name), make(randomUUID())];
  await eventually('they listen', () => [a, same, other].every((cache) => cache.stats().coherence === 'up'));
  await a.set('k', 1);
  expect(await same.get('k')).toBe(1);
  expect(await other.get('k')).toBeUndefined();
  await other.invalidate({ all: true });
  expect(await a.get('k')).toBe(1);
  await same.invalidate({ key: 'k' });
  await eventually('the other of the same name', async () => (await a.get('k')) === undefined);
  for (const cache of [a, same, other]) await cache[Symbol.asyncDispose]();
  expect(client.status).toBe('ready');
});

test('cuts what never ends to what it may keep', async () => {
  await using nodes = openNodes(() => new Redis(inject('redis')), {
    count: 1,
    tier: { deadlineMs: 2_000, maxTtlMs: 5_000 },
  });
  const [cache] = nodes.caches as readonly [Cache];
  await cache.set('k', 1, { ttlMs: Number.POSITIVE_INFINITY });
  expect(await client.pttl(`xc:c:${nodes.name}:{k:/k}:v`)).toBeLessThanOrEqual(5_000);
});

test('returns and does not store what took longer to load than a fence stands', async () => {
  await using nodes = openNodes(() => new Redis(inject('redis')), {
    count: 2,
    tier: { deadlineMs: 2_000, fenceMs: 30 },
  });
  await nodes.joined();
  const [a, b] = nodes.caches as unknown as readonly [Cache, Cache];
  const reasons: string[] = [];
  a.on('discard', ({ reason }) => reasons.push(reason));
  const slow = a.getOrSet('k', () => new Promise((resolve) => setTimeout(resolve, 80, 'slow')));
  expect(await slow).toBe('slow');
  await a.settled();
  expect(await b.get('k')).toBeUndefined();
  expect(a.stats().discardedFills).toBe(1);
  expect(reasons).toEqual(['slow']);
});

test('runs every operation through the policy that it is given, and does without Redis where that refuses', async () => {
  let refuse = false;
  let runs = 0;
  const policy: Policy = {
    name: 'test',
    async run(task, options = {}) {
      runs += 1;
      if (refuse) throw new Error('refused');
      const signal = options.signal ?? new AbortController().signal;
      return task({ signal, attempt: 1, deadline: undefined, key: undefined });
    },
  };
  await using nodes = openNodes(() => new Redis(inject('redis')), { count: 1, tier: { deadlineMs: 2_000, policy } });
  const [cache] = nodes.caches as readonly [Cache];
  await cache.set('k', 1);
  expect(runs).toBeGreaterThan(0);
  refuse = true;
  expect(await cache.getOrSet('k2', () => 2)).toBe(2);
});

test('warns once of a server that may evict what must stay', async () => {
  const server = await startRedis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] });
  const own = new Redis(server.url);
  const logger = new MemoryLogger();
  const caches = ['one', 'two'].map((name) => createCache({ name, l2: redisTier(own), logger }));
  const warnings = () => logger.find({ level: 'warn', message: /maxmemory-policy to noeviction/ });
  await eventually('it warns', () => warnings().length > 0);
  await caches[0]?.get('k');
  expect(warnings()).toHaveLength(1);
  for (const cache of caches) await cache[Symbol.asyncDispose]();
  own.disconnect();
  await server[Symbol.asyncDispose]();
});

test('rejects with a code where the server does not let its clients track keys', async () => {
  const name = randomUUID();
  await client.acl('SETUSER', name, 'on', 'nopass', '~*', '&*', '+@all', '-client|tracking');
  const connect = () => new Redis(inject('redis'), { username: name, password: 'any' });
  await using nodes = openNodes(connect, { count: 1, kind: 'tracking' });
  const [cache] = nodes.caches as readonly [Cache];
  await eventually('it says so', async () => {
    const error: unknown = await cache.get('k').then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return (error as { code?: string } | undefined)?.code === 'XC_CACHE_TRACKING_UNSUPPORTED';
  });
  await client.acl('DELUSER', name);
});

test('times that are no whole milliseconds are none the worse', async () => {
  const tier = redisTier(client, { deadlineMs: 2_000, fenceMs: 100.5 });
  const cache = createCache({ name: randomUUID(), l2: tier });
  expect(await cache.getOrSet('k', () => 1, { fill: 'cluster', leaseMs: 1_500.5, strict: true })).toBe(1);
  expect(await cache.once('o', async () => 2, { leaseMs: 1_500.5, ttlMs: 60_000.5 })).toBe(2);
  await cache.set('s', 3, { ttlMs: 1_000.5, strict: true });
  expect(cache.stats().l2).toBe('up');
  expect(await client.exists(`xc:c:${cache.name}:{k:/k}:v`)).toBe(1);
  await cache[Symbol.asyncDispose]();
});
