import { setTimeout as sleep } from 'node:timers/promises';
import { RecordingMeter } from '@xc/core/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { openNodes } from './nodes.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

const connect = (): Redis => new Redis(inject('redis'));

describe.for(['pubsub', 'tracking', 'stream'] as const)('told by %s', (kind) => {
  test('a load that is stored is a fill and no discard, the first one and that after an expiry', async () => {
    await using nodes = openNodes(connect, { kind, count: 2, cache: { defaults: { jitter: 0, earlyRefresh: 'off' } } });
    await nodes.joined();
    const [a, b] = nodes.caches as unknown as readonly [Cache, Cache];
    const told: string[] = [];
    a.on('fill', ({ key }) => told.push(`fill ${key}`));
    a.on('discard', ({ key, reason }) => told.push(`discard ${key}: ${reason}`));
    const expected: string[] = [];
    for (let n = 0; n < 10; n++) {
      await a.getOrSet('short', () => sleep(3, n), { ttlMs: 40 });
      await a.getOrSet(`long ${n}`, () => sleep(3, n));
      await sleep(50);
      expected.push('fill short', `fill long ${n}`);
    }
    expect(told).toEqual(expected);
    expect(a.stats()).toMatchObject({ loads: 20, discardedFills: 0 });
    for (let n = 0; n < 10; n++) expect(await b.get(`long ${n}`)).toBe(n);
  });

  test('a load that is overtaken is a discard', async () => {
    await using nodes = openNodes(connect, { kind, count: 2 });
    await nodes.joined();
    const [a, b] = nodes.caches as unknown as readonly [Cache, Cache];
    const told: string[] = [];
    a.on('fill', () => told.push('fill'));
    a.on('discard', () => told.push('discard'));
    const load = async () => {
      await b.set('k', 'NEW');
      await sleep(20);
      return 'OLD';
    };
    expect(await a.getOrSet('k', load)).toBe('OLD');
    expect(told).toEqual(['discard']);
    for (const cache of [a, b]) expect(await cache.get('k')).toBe('NEW');
  });
});

test('counts each value that it could not open, however it is read', async () => {
  const meter = new RecordingMeter();
  await using nodes = openNodes(connect, { count: 1, cache: { meter, l1: false } });
  await nodes.joined();
  const [cache] = nodes.caches as readonly [Cache];
  const counted = (): number =>
    meter.value('xc_cache_l2_errors_total', { cache: nodes.name, operation: 'read', reason: 'corrupt' }) ?? 0;
  const damage = (...keys: string[]) =>
    Promise.all(keys.map((key) => client.set(`xc:c:${nodes.name}:{k:/${key}}:v`, 'garbage')));
  await damage('a', 'b', 'c', 'd');
  expect(await cache.get('a')).toBeUndefined();
  expect(counted()).toBe(1);
  expect((await cache.getMany(['a', 'b', 'c'])).size).toBe(0);
  expect(counted()).toBe(4);
  expect(await cache.entry('a')).toBeUndefined();
  expect(counted()).toBe(5);
  // Finds in a row let it read plainly what comes next.
  await cache.set('there', 1);
  for (let n = 0; n < 2; n++) {
    for (let finds = 0; finds < 20; finds++) await cache.getOrSet('there', () => 1);
    await damage('a', 'b', 'c', 'd');
    expect(await cache.getOrSet('a', () => 'loaded')).toBe('loaded');
    expect(counted()).toBe(6 + 4 * n);
    await cache.getOrSetMany(['b', 'c', 'd'], async (keys) => keys.map(() => 'loaded'));
    expect(counted()).toBe(9 + 4 * n);
  }
});

test.for([{}, false] as const)('loads early what Redis answers, with memory %j', async (l1) => {
  const defaults = { jitter: 0, ttlMs: 60_000, earlyRefresh: { kind: 'threshold', ratio: 0 } } as const;
  await using nodes = openNodes(connect, { count: 2, cache: { l1, defaults } });
  await nodes.joined();
  const [a, b] = nodes.caches as unknown as readonly [Cache, Cache];
  await a.set('k', 'old');
  expect(await b.getOrSet('k', () => 'new')).toBe('old');
  await b.settled();
  expect([await b.get('k'), b.stats().loads, b.stats().misses]).toEqual(['new', 1, 0]);
});
