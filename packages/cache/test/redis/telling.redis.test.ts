import { setTimeout as sleep } from 'node:timers/promises';
import { RecordingMeter } from '@xc/core/testing';
import { eventually } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { sessionStore } from '../../src/session/index.ts';
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

  test.for([
    ['its tag', { tags: ['t'] }, 'tag'],
    ['a tag that the loader named', { tags: ['said'] }, 'tag'],
    ['its prefix', { prefix: 'p:' }, 'prefix'],
    ['everything', { all: true as const }, 'prefix'],
  ] as const)('a load during which another node invalidates %s is a discard, and stored nowhere', async (row) => {
    const [, target, by] = row;
    await using nodes = openNodes(connect, { kind, count: 2, cache: { defaults: { jitter: 0, earlyRefresh: 'off' } } });
    await nodes.joined();
    const [a, b] = nodes.caches as unknown as readonly [Cache, Cache];
    const told: string[] = [];
    a.on('fill', () => told.push('fill'));
    a.on('discard', ({ reason }) => told.push(`discard: ${reason}`));
    const load = async (context: { tags(...tags: string[]): void }) => {
      if ('tags' in target && target.tags[0] === 'said') context.tags('said');
      await b.invalidate(target);
      await sleep(100);
      return 'OLD';
    };
    expect(await a.getOrSet('p:k', load, { tags: ['t'] })).toBe('OLD');
    expect(told).toEqual([`discard: ${by}`]);
    expect(a.stats().discardedFills).toBe(1);
    expect(await client.exists(`xc:c:${nodes.name}:{k:/p:k}:v`)).toBe(0);
    for (const cache of [a, b]) expect(await cache.getOrSet('p:k', () => 'NEW')).toBe('NEW');
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

test.for(['pubsub', 'tracking', 'stream'] as const)(
  'what came to nothing is no lost message, told by %s',
  async (kind) => {
    const cache = { maxValueBytes: 1_000, defaults: { jitter: 0, earlyRefresh: 'off' } as const };
    await using nodes = openNodes(connect, { kind, count: 2, heartbeatMs: 200, cache });
    await nodes.joined();
    const [a, b] = nodes.caches as unknown as readonly [Cache, Cache];
    await a.set('here', 1);
    await eventually('a copy that stands', async () => (await b.get('here')) === 1 && b.peek('here') === 1);
    const gaps: string[] = [];
    b.on('gap', ({ cause }) => gaps.push(cause));
    const sessions = sessionStore<number>(a, { absoluteMs: 60_000 });
    const id = await sessions.create(1);
    await sessions.destroy(id);
    const nothing: Record<string, () => Promise<unknown>> = {
      'a touch of what is not there': () => a.touch('gone', 1_000),
      'a touch of what has been dropped': async () => {
        await a.set('dropped', 1);
        await a.invalidate({ key: 'dropped' });
        await a.touch('dropped');
      },
      'a value that is too large': () => a.set('large', 'x'.repeat(2_000)),
      'a value that cannot be encoded': () => a.set('odd', 1n),
      'several of which one is too large': () =>
        a.setMany([['small', 'x'] as const, ['large', 'x'.repeat(2_000)] as const]),
      'a session that is gone': () => sessions.touch(id),
    };
    for (const [what, call] of Object.entries(nothing)) {
      await call();
      await a.set('after', what);
      await sleep(600);
      expect(gaps, what).toEqual([]);
    }
    expect(b.peek('here')).toBe(1);
  },
);
