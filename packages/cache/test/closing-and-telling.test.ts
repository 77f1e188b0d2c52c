import { createCache, memoryTier } from '@xc/cache';
import { ManualClock, MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { gated, nodesOf } from './two-nodes.ts';

describe('after dispose', () => {
  test('every method rejects, peek gives nothing, and the tier stays open', async () => {
    const tier = memoryTier();
    const cache = createCache({ l2: tier });
    const users = cache.define<number, number>('user', { load: (id) => id });
    await cache.set('k', 1);
    await cache[Symbol.asyncDispose]();
    await cache[Symbol.asyncDispose]();
    const calls: (() => Promise<unknown>)[] = [
      () => cache.get('k'),
      () => cache.has('k'),
      () => cache.entry('k'),
      () => cache.getOrSet('k', () => 1),
      () => cache.getMany(['k']),
      () => cache.getOrSetMany(['k'], async () => [1]),
      () => cache.set('k', 1),
      () => cache.setMany([['k', 1]]),
      () => cache.touch('k'),
      () => cache.invalidate({ key: 'k' }),
      () => cache.expire({ key: 'k' }),
      () => cache.warm(['k'], () => 1),
      () => cache.once('k', async () => 1),
      () => cache.verify(),
      () => cache.settled(),
      () => cache.namespace('a').get('k'),
      () => users.get(1),
      () => users.getMany([1]),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'XC_CACHE_CLOSED' });
    expect(cache.peek('k')).toBe(undefined);
    cache.prefetch('k', () => 1);
    expect(await createCache({ l2: tier }).get('k')).toBe(1);
  });

  test('a load under way settles for who waits, and is stored nowhere', async () => {
    const { nodes, clock } = nodesOf(2);
    const [a, b] = nodes;
    await clock.advance(0);
    const slow = gated<string>();
    let signal: AbortSignal | undefined;
    const waiting = a.getOrSet('k', (context) => {
      signal = context.signal;
      return slow.load();
    });
    await clock.advance(0);
    await a[Symbol.asyncDispose]();
    expect(signal?.aborted).toBe(true);
    slow.give('value');
    expect(await waiting).toBe('value');
    expect(await b.get('k')).toBe(undefined);
  });

  test('nothing waits: no timer is left', async () => {
    const { nodes, clock } = nodesOf(1);
    await nodes[0].set('k', 1, { ttlMs: 100 });
    await nodes[0].getOrSet('l', () => 1);
    await clock.advance(0);
    await nodes[0][Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });
});

describe('events', () => {
  test('tell what happened', async () => {
    const { nodes, clock } = nodesOf(2, { l1: { maxItems: 2, policy: 'lru' } });
    const [a, b] = nodes;
    await clock.advance(0);
    const told: unknown[] = [];
    for (const event of ['fill', 'evict', 'invalidate', 'loadError'] as const) {
      a.on(event, (fact) => told.push([event, fact]));
    }
    await a.getOrSet('k1', () => 1);
    await a.set('k2', 2);
    await a.set('k3', 3);
    await a.getOrSet('bad', () => Promise.reject(new Error('x'))).catch(() => {});
    const { version } = await a.invalidate({ tags: ['t'] });
    const elsewhere = await b.invalidate({ tags: ['u'] });
    await clock.advance(0);
    expect(told).toEqual([
      ['fill', { key: 'k1' }],
      ['evict', { key: 'k1', reason: 'size' }],
      ['loadError', { key: 'bad', error: new Error('x') }],
      ['invalidate', { target: { tags: ['t'] }, version, from: 'here' }],
      ['invalidate', { target: { tags: ['u'] }, version: elsewhere.version, from: 'elsewhere' }],
    ]);
  });

  test('stop where a listener ends, and survive one that throws', async () => {
    const logger = new MemoryLogger();
    const cache = createCache({ logger });
    const heard: string[] = [];
    const stop = cache.on('fill', ({ key }) => heard.push(key));
    cache.on('fill', () => {
      throw new Error('listener');
    });
    const stopLate = cache.on('fill', async () => {
      throw new Error('late listener');
    });
    await cache.getOrSet('a', () => 1);
    stopLate();
    stop();
    stop();
    expect(await cache.getOrSet('b', () => 2)).toBe(2);
    expect(heard).toEqual(['a']);
    expect(logger.lines.filter(({ level }) => level === 'error').length).toBe(3);
    expect(() => cache.on('nothing' as never, () => {})).toThrow(TypeError);
  });
});

test('counts requests, loads, discards, evictions and invalidations without a key in a label', async () => {
  const clock = new ManualClock();
  const meter = new RecordingMeter();
  const cache = createCache({ clock, meter, name: 'shop', l1: { maxItems: 2, policy: 'lru' } });
  for (let n = 0; n < 3; n++) await cache.getOrSet('secret-key', () => 1);
  await cache.getOrSet('nothing', () => null);
  await cache.get('nothing');
  await cache.getOrSet('bad', () => Promise.reject(new Error('x'))).catch(() => {});
  await cache.set('third', 3);
  await cache.invalidate({ tags: ['a'] });
  await cache.invalidate({ key: 'third' });
  const requests = (result: string, tier: string) =>
    meter.value('xc_cache_requests_total', { cache: 'shop', result, tier });
  expect([requests('fresh', 'l1'), requests('negative', 'l1')]).toEqual([2, 1]);
  expect(requests('miss', 'none')).toBeGreaterThanOrEqual(2);
  const loads = (outcome: string) => meter.value('xc_cache_loads_total', { cache: 'shop', outcome });
  expect([loads('ok'), loads('error')]).toEqual([2, 1]);
  expect(meter.value('xc_cache_evictions_total', { cache: 'shop', reason: 'size' })).toBe(1);
  expect(meter.value('xc_cache_invalidations_total', { cache: 'shop', kind: 'tag' })).toBe(1);
  expect(meter.value('xc_cache_items', { cache: 'shop' })).toBe(1);
  expect(cache.stats()).toMatchObject({ hits: 3, loads: 3, loadErrors: 1, evictions: 1, invalidations: 2, l2: 'none' });
  expect(cache.hotKeys(1)[0]).toMatchObject({ key: 'secret-key', hits: 2, misses: 1 });
});

test('settled waits for what goes on in the background, or until its signal', async () => {
  const clock = new ManualClock();
  const cache = createCache({ clock });
  const slow = gated<number>();
  cache.prefetch('k', slow.load);
  await clock.advance(0);
  const controller = new AbortController();
  const given = cache.settled(controller.signal);
  controller.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  const settled = cache.settled();
  slow.give(1);
  await settled;
  expect(await cache.get('k')).toBe(1);
});
