import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@xc/test-support';
import { Redis } from 'ioredis';
import { describe, expect, inject, test } from 'vitest';
import { type Cache, createCache } from '../../src/index.ts';
import { redisTier } from '../../src/redis/index.ts';
import { openNodes } from './nodes.ts';

const connect = (): Redis => new Redis(inject('redis'));
const settings = { maxValueBytes: 1_000, defaults: { jitter: 0, earlyRefresh: 'off' } } as const;

const ways: Readonly<Record<string, (cache: Cache, key: string) => Promise<unknown>>> = {
  'set, which no codec carries': (cache, key) => cache.set(key, 10n),
  'set, too large': (cache, key) => cache.set(key, 'x'.repeat(5_000)),
  'set for memory': (cache, key) => cache.set(key, 'OLD', { tiers: 'l1' }),
  'loaded, too large': (cache, key) => cache.getOrSet(key, () => 'x'.repeat(5_000)),
  'loaded for memory': (cache, key) => cache.getOrSet(key, () => 'OLD', { tiers: 'l1' }),
};

describe.for(['pubsub', 'tracking', 'stream'] as const)('told by %s', (kind) => {
  test('what only the memory of a node has goes when another node changes its key', async () => {
    await using nodes = openNodes(connect, { kind, count: 2, cache: settings });
    await nodes.joined();
    const [a, b] = nodes.caches as unknown as readonly [Cache, Cache];
    // The first write makes the group versions, which with tracking is news of groups.
    await a.set('first', 1);
    await sleep(100);
    for (const way of Object.keys(ways)) {
      for (const change of ['invalidated', 'expired', 'set', 'set for memory']) {
        await ways[way]?.(a, `${way} ${change}`);
      }
    }
    for (const way of Object.keys(ways)) {
      expect(a.peek(`${way} invalidated`), way).toBeDefined();
      await b.invalidate({ key: `${way} invalidated` });
      await b.expire({ key: `${way} expired` });
      await b.set(`${way} set`, 'NEW');
      await b.set(`${way} set for memory`, 'NEW', { tiers: 'l1' });
    }
    for (const way of Object.keys(ways)) {
      for (const change of ['invalidated', 'expired', 'set', 'set for memory']) {
        await eventually(`${way}: ${change}`, () => a.peek(`${way} ${change}`) === undefined);
      }
      expect(await a.get(`${way} set`)).toBe('NEW');
    }
  });

  test('a value set for memory alone never gives way to the older one that the second level had', async () => {
    await using nodes = openNodes(connect, { kind, count: 2, cache: settings });
    await nodes.joined();
    const [a, b] = nodes.caches as unknown as readonly [Cache, Cache];
    await a.set('k', 'OLD');
    expect(await b.get('k')).toBe('OLD');
    await a.set('k', 'NEW', { tiers: 'l1' });
    expect(['NEW', undefined]).toContain(await a.get('k'));
    await eventually('the other node has forgotten the old one', async () => (await b.get('k')) === undefined);
    expect(['NEW', undefined]).toContain(await a.get('k'));
  });
});

test('of values set for memory alone the second level keeps nothing, without coherence too', async () => {
  const client = connect();
  const name = randomUUID();
  await using cache = createCache({ ...settings, name, l2: redisTier(client, { deadlineMs: 5_000 }) });
  await cache.set('k', 'OLD');
  expect(await client.keys(`*${name}*:v`)).toHaveLength(1);
  await cache.set('k', 'NEW', { tiers: 'l1' });
  // An old copy would be believed for a second without coherence: this one is all there is.
  expect(await cache.get('k')).toBe('NEW');
  expect(await client.keys(`*${name}*:v`)).toEqual([]);
  client.disconnect();
});
