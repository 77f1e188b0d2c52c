import { createCache, memoryTier, type Tier } from '@xc/cache';
import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { gated } from './two-nodes.ts';

const tiers: readonly (readonly [string, (clock: ManualClock) => { readonly l2?: Tier }])[] = [
  ['in memory', () => ({})],
  ['with a second level', (clock) => ({ l2: memoryTier({ clock }) })],
];

describe.for(tiers)('a request that finds nothing is a miss %s', ([, make]) => {
  function cacheOf() {
    const clock = new ManualClock();
    const meter = new RecordingMeter();
    const cache = createCache({ clock, meter, defaults: { jitter: 0, ttlMs: 1_000 }, ...make(clock) });
    const misses = () => [
      cache.stats().misses,
      meter.value('xc_cache_requests_total', { cache: 'cache', result: 'miss', tier: 'none' }) ?? 0,
    ];
    return { clock, cache, misses };
  }

  test('where the load rejects, for each of its callers', async () => {
    const { cache, misses } = cacheOf();
    const fail = () => Promise.reject(new Error('boom'));
    const calls = Array.from({ length: 3 }, () => cache.getOrSet('k', fail));
    await Promise.allSettled(calls);
    expect(misses()).toEqual([3, 3]);
    await expect(cache.getOrSetMany(['a', 'b'], fail)).rejects.toThrow('boom');
    expect(misses()).toEqual([5, 5]);
    expect(cache.stats()).toMatchObject({ hits: 0, hitRate: 0 });
  });

  test('where a rejection is remembered', async () => {
    const { cache, misses } = cacheOf();
    const fail = () => Promise.reject(new Error('boom'));
    for (let n = 0; n < 2; n++) await expect(cache.getOrSet('k', fail, { errorTtlMs: 500 })).rejects.toThrow('boom');
    expect(misses()).toEqual([2, 2]);
    expect(cache.stats().loads).toBe(1);
  });

  test('where it waits too long', async () => {
    const { cache, clock, misses } = cacheOf();
    const late = cache.getOrSet('k', gated<number>().load, { hardTimeoutMs: 50 });
    const rejected = expect(late).rejects.toMatchObject({ code: 'XC_CACHE_TIMEOUT' });
    await clock.advance(50);
    await rejected;
    expect(misses()).toEqual([1, 1]);
  });

  test('where its caller leaves', async () => {
    const { cache, clock, misses } = cacheOf();
    const leaving = new AbortController();
    const left = cache.getOrSet('k', gated<number>().load, { signal: leaving.signal });
    const rejected = expect(left).rejects.toBe('gone');
    await clock.advance(0);
    leaving.abort('gone');
    await rejected;
    expect(misses()).toEqual([1, 1]);
  });

  test('and no other: a stale value that stands in for a failed load is none', async () => {
    const { cache, clock, misses } = cacheOf();
    const options = { graceMs: 10_000 };
    await cache.set('k', 'old', options);
    await clock.advance(1_000);
    expect(await cache.getOrSet('k', () => Promise.reject(new Error('boom')), options)).toBe('old');
    expect(misses()).toEqual([0, 0]);
    await expect(cache.getOrSet('', () => 1)).rejects.toThrow(TypeError);
    expect(misses()).toEqual([0, 0]);
  });

  test('and makes its key hot, though there never is a value of it', async () => {
    const { cache } = cacheOf();
    for (let n = 0; n < 30; n++) await cache.getOrSet('down', () => Promise.reject(new Error('boom'))).catch(() => {});
    expect(cache.hotKeys(1)).toMatchObject([{ key: 'down', hits: 0, misses: 30 }]);
  });
});
