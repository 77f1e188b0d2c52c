import { type CacheOptions, createCache, type EntryOptions, memoryTier, type Target } from '@xc/cache';
import { describe, expect, test } from 'vitest';

describe('a cache refuses at once', () => {
  test.for<[CacheOptions, ErrorConstructor, string]>([
    [{ defaults: { ttlMs: '5m' } } as never, TypeError, 'ttlMs must be a number of milliseconds, got "5m"'],
    [{ defaults: { ttlMs: 0 } }, RangeError, 'ttlMs must be greater than 0 or Infinity, got 0'],
    [{ defaults: 5 } as never, TypeError, 'defaults must be an object, got number'],
    [{ defaults: { tll: 5 } } as never, TypeError, 'unknown option tll of defaults'],
    [{ recovery: { retryMs: 0 } }, RangeError, 'retryMs must be greater than 0'],
    [{ l1: { maxItems: 0 } }, RangeError, 'maxItems must be an integer of at least 1, got 0'],
    [{ l1: { maxItems: 1.5 } }, RangeError, 'maxItems must be an integer of at least 1, got 1.5'],
    [{ l1: { maxBytes: 0 } }, RangeError, 'maxBytes must be an integer of at least 1, got 0'],
    [
      { l1: { policy: 'lfu' } } as never,
      TypeError,
      "policy must be one of 'adaptive', 's3fifo', 'lru', got \"lfu\"; did you mean 'lru'?",
    ],
    [{ l1: { maxItem: 5 } } as never, TypeError, 'unknown option maxItem of l1; did you mean maxItems?'],
    [{ defualts: {} } as never, TypeError, 'unknown option defualts of options; did you mean defaults?'],
    [{ values: 'copy' } as never, TypeError, "values must be one of 'freeze', 'clone', 'share'"],
    [{ l2: {} } as never, TypeError, 'l2 must be an object with the method open'],
    [{ recovery: { maxKeys: 0 } }, RangeError, 'maxKeys must be an integer of at least 1, got 0'],
    [{ maxLiveGroups: 0 }, RangeError, 'maxLiveGroups must be'],
    [null as never, TypeError, 'options must be an object, got null'],
  ])('%j', ([options, kind, message]) => {
    expect(() => createCache(options)).toThrow(kind);
    expect(() => createCache(options)).toThrow(message);
  });
});

describe('a call refuses', () => {
  test.for<[EntryOptions, ErrorConstructor, string]>([
    [{ ttlMs: '5m' } as never, TypeError, 'ttlMs must be a number of milliseconds, got "5m"'],
    [{ ttlMs: 0 }, RangeError, 'ttlMs must be greater than 0 or Infinity, got 0'],
    [{ ttlMs: -1 }, RangeError, 'ttlMs must be greater than 0 or Infinity, got -1'],
    [{ ttlMs: Number.NaN }, RangeError, 'ttlMs must be greater than 0 or Infinity, got NaN'],
    [{ jitter: 1 }, RangeError, 'jitter must be in [0, 1), got 1'],
    [{ graceMs: -1 }, RangeError, 'graceMs must be at least 0, got -1'],
    [{ earlyRefresh: { kind: 'xfetch', beta: -1 } }, RangeError, 'beta must be finite and at least 0, got -1'],
    [{ earlyRefresh: { kind: 'threshold', ratio: 2 } }, RangeError, 'ratio must be in [0, 1], got 2'],
    [{ tags: [''] }, RangeError, 'a tag must be 1 to 256 bytes, got ""'],
    [{ tags: Array.from({ length: 33 }, (_, n) => `${n}`) }, RangeError, 'tags must be at most 32, got 33'],
    [{ tags: 'a' } as never, TypeError, 'tags must be an array of strings, got "a"'],
    [{ tll: 5 } as never, TypeError, 'unknown option tll'],
    [
      { earlyRefresh: { kind: 'xfetch', share: 1 } } as never,
      TypeError,
      'unknown option share of earlyRefresh. Allowed: kind, beta',
    ],
    [{ ttlms: 5 } as never, TypeError, 'did you mean ttlMs?'],
    [{ tiers: 'none' } as never, TypeError, "tiers must be one of 'both', 'l1', 'l2'"],
    [{ leaseMs: 1e20 }, RangeError, 'leaseMs must be at least 1 and at most 2147483647, got 100000000000000000000'],
    [{ leaseMs: 0 }, RangeError, 'leaseMs must be at least 1 and at most 2147483647, got 0'],
    [
      { leaseMs: Number.POSITIVE_INFINITY },
      RangeError,
      'leaseMs must be at least 1 and at most 2147483647, got Infinity',
    ],
    [{ leaseMs: '5s' } as never, TypeError, 'leaseMs must be a number of milliseconds, got "5s"'],
    [{ strict: 1 } as never, TypeError, 'strict must be true or false, got 1'],
    [{ signal: {} } as never, TypeError, 'signal must be an AbortSignal'],
    [{ constructor: 1 } as never, TypeError, 'unknown option constructor'],
    [null as never, TypeError, 'options must be an object, got null'],
    [[] as never, TypeError, 'options must be an object, got object'],
    [5 as never, TypeError, 'options must be an object, got number'],
  ])('%j', async ([options, kind, message]) => {
    const cache = createCache();
    await cache.set('fresh', 1);
    for (const call of [
      () => cache.getOrSet('k', () => 1, options as EntryOptions<number>),
      () => cache.getOrSet('fresh', () => 1, options as EntryOptions<number>),
      () => cache.set('k', 1, options as EntryOptions<number>),
      () => cache.getOrSetMany(['k'], async () => [1], options as EntryOptions<number>),
      () => cache.warm(['k'], () => 1, options as EntryOptions<number>),
    ]) {
      await expect(call()).rejects.toThrow(kind);
      await expect(call()).rejects.toThrow(message);
    }
    expect(() => cache.prefetch('k', () => 1, options as EntryOptions<number>)).toThrow(message);
  });

  test.for(['', 'x'.repeat(1_025), 'é'.repeat(513), '\ud800', 5, undefined])('the key %j', async (bad) => {
    const cache = createCache();
    const key = bad as string;
    for (const call of [
      () => cache.get(key),
      () => cache.has(key),
      () => cache.entry(key),
      () => cache.getOrSet(key, () => 1),
      () => cache.getMany([key]),
      () => cache.getOrSetMany([key], async () => [1]),
      () => cache.set(key, 1),
      () => cache.setMany([[key, 1]]),
      () => cache.touch(key),
      () => cache.warm([key], () => 1),
      () => cache.once(key, async () => 1),
    ]) {
      await expect(call()).rejects.toThrow('key must be a string of 1 to 1024 bytes, got ');
    }
    expect(() => cache.peek(key)).toThrow('key must be a string of 1 to 1024 bytes, got ');
    expect(() => cache.prefetch(key, () => 1)).toThrow('key must be a string of 1 to 1024 bytes, got ');
    await cache[Symbol.asyncDispose]();
    expect(cache.peek(key)).toBeUndefined();
  });

  test('a loader that is no function', async () => {
    const cache = createCache();
    await expect(cache.getOrSet('k', {} as never)).rejects.toThrow(
      new TypeError('load must be a function, got object'),
    );
    await expect(cache.getOrSetMany(['k'], null as never)).rejects.toThrow('load must be a function, got null');
  });

  test.for<[unknown, ErrorConstructor]>([
    [{}, TypeError],
    [{ key: 'a', all: true }, TypeError],
    [{ prefix: '' }, TypeError],
    [{ all: false }, TypeError],
    [{ everything: true }, TypeError],
    ['a', TypeError],
    [undefined, TypeError],
    [{ tags: [''] }, RangeError],
    [{ keys: ['a', ''] }, TypeError],
    [{ keys: 'a' }, TypeError],
    [{ key: undefined }, TypeError],
    [{ key: undefined, tags: ['a'], all: true }, TypeError],
  ])('the target %j', async ([target, kind]) => {
    const cache = createCache();
    await expect(cache.invalidate(target as Target)).rejects.toThrow(kind);
    await expect(cache.expire(target as Target)).rejects.toThrow(kind);
  });

  test.for<[() => unknown, string]>([
    [() => 'users', 'tags must be an array of strings, got "users"'],
    [() => undefined, 'tags must be an array of strings, got undefined'],
    [() => null, 'tags must be an array of strings, got null'],
    [() => 5, 'tags must be an array of strings, got 5'],
    [() => [5], 'tags must be strings, got 5'],
  ])('tags that are none, where a function answers them: %s', async ([tags, message]) => {
    const cache = createCache();
    const options = { tags } as EntryOptions<number>;
    await expect(cache.set('k', 1, options)).rejects.toThrow(new TypeError(message));
    await expect(cache.getOrSet('k', () => 1, options)).rejects.toThrow(new TypeError(message));
    expect(await cache.entry('k')).toBeUndefined();
  });

  test('a time to touch that is none', async () => {
    await expect(createCache().touch('k', 0)).rejects.toThrow(RangeError);
    await expect(createCache().touch('k', '1' as never)).rejects.toThrow(TypeError);
  });
});

test.for<[unknown, string]>([
  [{ foo: 1 }, 'unknown option foo of options. Allowed: signal'],
  [5, 'options must be an object, got number'],
  [null, 'options must be an object, got null'],
  [{ signal: 5 }, 'signal must be an AbortSignal, got 5'],
])('a read refuses %j for its options, whether the key is there or not', async ([options, message]) => {
  const cache = createCache();
  const numbers = cache.define<number, number>('n', { load: async (id) => id });
  await cache.set('here', 1);
  await numbers.get(1);
  for (const key of ['here', 'gone']) await expect(cache.get(key, options as never)).rejects.toThrow(message);
  for (const id of [1, 2]) await expect(numbers.get(id, options as never)).rejects.toThrow(message);
  expect(await cache.get('here', { signal: new AbortController().signal })).toBe(1);
  expect(await cache.get('here', {})).toBe(1);
});

test('setMany refuses what are no pairs', async () => {
  const cache = createCache();
  for (const entry of ['ab', 5, null]) {
    await expect(cache.setMany([entry] as never)).rejects.toThrow(/^entries must be pairs of a key and a value, got/);
  }
  expect(await cache.get('a')).toBe(undefined);
});

test('a load whose time to live is no number is refused, and nothing is kept', async () => {
  const cache = createCache();
  const asked = cache.getOrSet('k', () => 1, { ttlMs: () => Number.NaN });
  await expect(asked).rejects.toThrow('ttlMs must answer a number of milliseconds, got NaN');
  expect(await cache.has('k')).toBe(false);
});

test('a second level in memory refuses what is no clock', () => {
  expect(() => memoryTier({ clock: 5 as never })).toThrow('clock must be an object with the method monotonic, got 5');
});
