import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { createCache as createCacheManager } from 'cache-manager';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { createCache } from '../index.ts';
import { type CompatCache, cacheManagerCompat } from './index.ts';

const START = 1_700_000_000_000;
let clock: ManualClock;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  clock = new ManualClock(START);
});
afterEach(() => {
  vi.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  await clock.advance(ms);
}

const kinds: Record<string, () => CompatCache> = {
  'cache-manager 7 itself': () => createCacheManager({ ttl: 60_000 }) as unknown as CompatCache,
  'a cache of ours': () => cacheManagerCompat(createCache({ clock, defaults: { ttlMs: 60_000, jitter: 0 } })),
};

describe.each(Object.entries(kinds))('the calls of cache-manager on %s', (_, make) => {
  let cache: CompatCache;
  beforeEach(() => {
    cache = make();
  });

  test('set, get and del', async () => {
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.set('a', { n: 1 })).toEqual({ n: 1 });
    expect(await cache.get('a')).toEqual({ n: 1 });
    expect(await cache.del('a')).toBe(true);
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.del('a')).toBe(true);
  });

  test('keeps null, false, zero and empty text', async () => {
    for (const value of [false, 0, '']) {
      await cache.set('a', value);
      expect(await cache.get('a')).toBe(value);
    }
    let runs = 0;
    const load = () => {
      runs++;
      return null;
    };
    expect([await cache.wrap('n', load), await cache.wrap('n', load)]).toEqual([null, null]);
    expect(runs).toBe(1);
  });

  test('a ttl is in milliseconds, and without one there is that of the cache', async () => {
    await cache.set('short', 1, 100);
    await cache.set('usual', 2);
    await pass(101);
    expect([await cache.get('short'), await cache.get('usual')]).toEqual([undefined, 2]);
    await pass(60_000);
    expect(await cache.get('usual')).toBeUndefined();
  });

  test('ttl gives the time when it expires', async () => {
    await cache.set('a', 1, 5_000);
    expect(await cache.ttl('a')).toBe(START + 5_000);
    await pass(1_000);
    expect(await cache.ttl('a')).toBe(START + 5_000);
    expect(await cache.ttl('b')).toBeUndefined();
  });

  test('mset, mget and mdel', async () => {
    const list = [
      { key: 'a', value: 1 },
      { key: 'b', value: 2, ttl: 100 },
    ];
    expect((await cache.mset(list)).map(({ key, value }) => [key, value])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(await cache.mget(['b', 'x', 'a'])).toEqual([2, undefined, 1]);
    await pass(101);
    expect(await cache.mget(['a', 'b'])).toEqual([1, undefined]);
    expect(await cache.mdel(['a', 'b'])).toBe(true);
    expect(await cache.get('a')).toBeUndefined();
  });

  test('clear empties it', async () => {
    await cache.set('a', 1);
    expect(await cache.clear()).toBe(true);
    expect(await cache.get('a')).toBeUndefined();
  });

  test('wrap loads once for all who ask, and keeps it for its ttl', async () => {
    let runs = 0;
    const load = async () => ++runs;
    expect(await Promise.all([cache.wrap('a', load, 100), cache.wrap('a', load, 100)])).toEqual([1, 1]);
    const told: unknown[] = [];
    cache.on('set', (fact) => told.push(fact));
    await pass(99);
    expect(await cache.wrap('a', load, 100)).toBe(1);
    expect(told).toEqual([]);
    await pass(2);
    expect(await cache.wrap('a', load, 100)).toBe(2);
    expect(told).toContainEqual(expect.objectContaining({ key: 'a', value: 2 }));
  });

  test('wrap takes its ttl from the value, in either shape', async () => {
    let runs = 0;
    const load = async () => ++runs * 100;
    await cache.wrap('a', load, (value) => value);
    expect(await cache.ttl('a')).toBe(START + 100);
    await cache.wrap('b', load, { ttl: (value: number) => value });
    expect(await cache.ttl('b')).toBe(START + 200);
    expect(await cache.wrap('c', load, { ttl: 700, raw: true })).toEqual({ value: 300, expires: START + 700 });
  });

  test('wrap passes on what the load rejects with, and stores nothing', async () => {
    const failure = new Error('away');
    await expect(cache.wrap('a', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await cache.wrap('a', () => 1)).toBe(1);
  });

  test('wrap refreshes in the background when less than the threshold is left, and says so', async () => {
    let runs = 0;
    const load = async () => ++runs;
    const refreshed: unknown[] = [];
    cache.on('refresh', (fact) => refreshed.push(fact));
    await cache.wrap('a', load, 1_000, 300);
    await pass(600);
    expect(await cache.wrap('a', load, 1_000, () => 300)).toBe(1);
    expect(runs).toBe(1);
    await pass(200);
    expect(await cache.wrap('a', load, { ttl: 1_000, refreshThreshold: 300 })).toBe(1);
    await vi.waitFor(() => expect(refreshed).toEqual([{ key: 'a', value: 2 }]));
    await vi.waitFor(async () => expect(await cache.get('a')).toBe(2));
    expect(await cache.ttl('a')).toBe(START + 1_800);
  });

  test('wrap goes on with what it has when a refresh fails, and says so', async () => {
    const failure = new Error('away');
    const refreshed: unknown[] = [];
    cache.on('refresh', (fact) => refreshed.push(fact));
    await cache.wrap('a', () => 1, 1_000);
    await pass(900);
    expect(await cache.wrap('a', () => Promise.reject(failure), 1_000, 300)).toBe(1);
    await vi.waitFor(() => expect(refreshed).toEqual([{ key: 'a', value: 1, error: failure }]));
    expect(await cache.get('a')).toBe(1);
  });

  test('tells listeners of get, set and del until they are taken off', async () => {
    const seen: unknown[] = [];
    const listen = (fact: { key: string }) => seen.push(fact.key);
    for (const event of ['get', 'set', 'del'] as const) cache.on(event, listen);
    await cache.get('nothing');
    await cache.del('d');
    await cache.set('s', 1);
    await cache.get('s');
    expect(new Set(seen)).toEqual(new Set(['d', 's']));
    for (const event of ['get', 'set', 'del'] as const) cache.off(event, listen);
    seen.length = 0;
    await cache.get('s');
    await cache.del('s');
    expect(seen).toEqual([]);
  });
});

test('a value that was handed out or in and changed afterwards is not what a later reader gets', async () => {
  const cache = cacheManagerCompat(createCache({ values: 'clone' }));
  const value = { n: 1 };
  await cache.set('a', value);
  value.n = 2;
  const got = await cache.get<{ n: number }>('a');
  if (got !== undefined) got.n = 3;
  expect(await cache.get('a')).toEqual({ n: 1 });
});

test('what is deleted while it is loaded does not come back', async () => {
  const cache = cacheManagerCompat(createCache());
  let give: (value: string) => void = () => {};
  const old = cache.wrap(
    'a',
    () =>
      new Promise<string>((resolve) => {
        give = resolve;
      }),
  );
  await vi.waitFor(() => expect(give).toHaveLength(1));
  await cache.del('a');
  give('OLD');
  expect(await old).toBe('OLD');
  expect(await cache.wrap('a', () => 'NEW')).toBe('NEW');
});

test('undefined of a load is remembered as nothing', async () => {
  const cache = cacheManagerCompat(createCache({ clock }));
  let runs = 0;
  const load = () => {
    runs++;
    return undefined;
  };
  await cache.wrap('a', load, 60_000);
  await cache.wrap('a', load, 60_000);
  expect(runs).toBe(1);
  await clock.advance(10_001);
  await cache.wrap('a', load, 60_000);
  expect(runs).toBe(2);
});

test('a ttl of 0 is forever, and a listener that throws hurts nobody', async () => {
  const logger = new MemoryLogger();
  const cache = cacheManagerCompat(createCache({ clock, logger }));
  cache.on('set', () => {
    throw new Error('listener');
  });
  await cache.set('a', 1, 0);
  await clock.advance(400 * 86_400_000);
  expect(await cache.get('a')).toBe(1);
  expect(await cache.ttl('a')).toBeUndefined();
  expect(logger.lines.length).toBeGreaterThan(0);
});

test('wrong calls reject, and are told', async () => {
  const ours = createCache();
  const cache = cacheManagerCompat(ours);
  const told: unknown[] = [];
  cache.on('set', ({ error }) => told.push(error));
  cache.on('clear', (error) => told.push(error));
  await expect(cache.set('', 1)).rejects.toThrow(TypeError);
  await expect(cache.wrap('a', 5 as never)).rejects.toThrow('load must be a function, got number');
  expect(await cache.disconnect()).toBeUndefined();
  expect(await cache.clear()).toBe(true);
  await ours[Symbol.asyncDispose]();
  await expect(cache.clear()).rejects.toMatchObject({ code: 'XC_CACHE_CLOSED' });
  expect(told).toEqual([expect.any(TypeError), undefined, expect.objectContaining({ code: 'XC_CACHE_CLOSED' })]);
  expect(() => cacheManagerCompat({} as never)).toThrow('cache must be one of createCache, got object');
});

test('has the types of cache-manager', () => {
  const cache = cacheManagerCompat(createCache());
  expectTypeOf(cache.wrap('a', async () => 1)).resolves.toEqualTypeOf<number>();
  expectTypeOf(cache.wrap('a', async () => 1, { raw: true })).resolves.toEqualTypeOf<{
    value: number;
    expires?: number | undefined;
  }>();
  expectTypeOf(cache.mget<string>(['a'])).resolves.toEqualTypeOf<(string | undefined)[]>();
});

test('rejects a list of nothing to set', async () => {
  const cache = cacheManagerCompat(createCache());
  for (const list of [5, undefined, 'ab'])
    await expect(cache.mset(list as never)).rejects.toThrow('list must be an array');
  await expect(cache.mset([null] as never)).rejects.toThrow('an item must be an object, got null');
});
