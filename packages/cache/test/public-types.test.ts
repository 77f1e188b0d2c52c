import type { Bus, HealthProbe } from '@xc/core';
import type { RedisClient } from '@xc/redis';
import { expect, expectTypeOf, test } from 'vitest';
import { createHttpCache, type HttpCache, httpStorable } from '../src/http/index.ts';
import {
  busCoherence,
  type Cache,
  type CachedQuery,
  type CacheEvents,
  type CacheOptions,
  type CacheStats,
  type Coherence,
  cachedQuery,
  cacheKey,
  classifySql,
  createCache,
  type Entry,
  type EntryOptions,
  type HotKey,
  type Invalidation,
  memoryTier,
  type Resource,
  shouldRefreshEarly,
  type Target,
  type Tier,
  type VerifyReport,
  type WarmReport,
} from '../src/index.ts';
import { pubsub, redisTier, stream, tracking } from '../src/redis/index.ts';
import { type SessionStore, sessionStore } from '../src/session/index.ts';

interface User {
  readonly name: string;
}

test('a cache gives what its loaders give', () => {
  expectTypeOf(createCache).parameter(0).toEqualTypeOf<CacheOptions | undefined>();
  expectTypeOf(createCache).returns.toEqualTypeOf<Cache>();
  expectTypeOf<Cache>().toExtend<AsyncDisposable>();
  expectTypeOf<Cache['probe']>().toEqualTypeOf<HealthProbe>();
  const typed = (cache: Cache) => ({
    got: cache.get<User>('k'),
    peeked: cache.peek<User>('k'),
    has: cache.has('k'),
    entry: cache.entry<User>('k'),
    loaded: cache.getOrSet<User>('k', ({ stale, key }) => ({ name: stale?.value.name ?? key })),
    many: cache.getMany<User>(['a']),
    manyLoaded: cache.getOrSetMany('a'.split(','), async (keys, { signal }) => {
      signal.throwIfAborted();
      return keys.map((name) => ({ name }));
    }),
    byMap: cache.getOrSetMany(['a'], async () => new Map([['a', 1]])),
    set: cache.set('k', 1, { ttlMs: (value) => value * 2, tags: (value, key) => [String(value), key] }),
    setMany: cache.setMany(new Map([['a', 1]])),
    touched: cache.touch('k', 1_000),
    invalidated: cache.invalidate({ tags: ['a'] }, { strict: true }),
    expired: cache.expire({ prefix: 'a' }),
    space: cache.namespace('a', { ttlMs: 1 }),
    users: cache.define('user', { load: async (id: number): Promise<User> => ({ name: String(id) }) }),
    warmed: cache.warm(['a'], async () => 1, { concurrency: 2, onProgress: (done, total) => void (done / total) }),
    prefetched: cache.prefetch('k', () => 1),
    once: cache.once('k', async ({ fence, attempt, signal }) => [fence, attempt, signal] as const),
    stats: cache.stats(),
    hot: cache.hotKeys(3),
    verified: cache.verify({ sample: 1, source: async (key) => key }),
    settled: cache.settled(),
    stop: cache.on('discard', ({ key, reason }) => void `${key} ${reason}`),
  });
  type Typed = ReturnType<typeof typed>;
  expectTypeOf<Typed['got']>().resolves.toEqualTypeOf<User | undefined>();
  expectTypeOf<Typed['peeked']>().toEqualTypeOf<User | undefined>();
  expectTypeOf<Typed['has']>().resolves.toEqualTypeOf<boolean>();
  expectTypeOf<Typed['entry']>().resolves.toEqualTypeOf<Entry<User> | undefined>();
  expectTypeOf<Typed['loaded']>().resolves.toEqualTypeOf<User>();
  expectTypeOf<Typed['many']>().resolves.toEqualTypeOf<Map<string, User>>();
  expectTypeOf<Typed['manyLoaded']>().resolves.toEqualTypeOf<Map<string, { name: string } | undefined>>();
  expectTypeOf<Typed['byMap']>().resolves.toEqualTypeOf<Map<string, number | undefined>>();
  expectTypeOf<Typed['set' | 'setMany' | 'settled']>().resolves.toEqualTypeOf<void>();
  expectTypeOf<Typed['touched']>().resolves.toEqualTypeOf<boolean>();
  expectTypeOf<Typed['invalidated' | 'expired']>().resolves.toEqualTypeOf<Invalidation>();
  expectTypeOf<Typed['space']>().toEqualTypeOf<Cache>();
  expectTypeOf<Typed['users']>().toEqualTypeOf<Resource<number, User>>();
  expectTypeOf<Typed['warmed']>().resolves.toEqualTypeOf<WarmReport>();
  expectTypeOf<Typed['prefetched']>().toEqualTypeOf<void>();
  expectTypeOf<Typed['once']>().resolves.toEqualTypeOf<readonly [bigint, number, AbortSignal]>();
  expectTypeOf<Typed['stats']>().toEqualTypeOf<CacheStats>();
  expectTypeOf<Typed['hot']>().toEqualTypeOf<readonly HotKey[]>();
  expectTypeOf<Typed['verified']>().resolves.toEqualTypeOf<VerifyReport>();
  expectTypeOf<Typed['stop']>().toEqualTypeOf<() => void>();
  expectTypeOf<Invalidation>().toEqualTypeOf<{ readonly version: bigint; readonly delivered: boolean }>();
  expect(typed).toBeTypeOf('function');
});

test('a resource speaks of ids and of what they stand for', () => {
  type Users = Resource<number, User>;
  expectTypeOf<Users['get']>().parameter(0).toEqualTypeOf<number>();
  expectTypeOf<Users['get']>().returns.resolves.toEqualTypeOf<User>();
  expectTypeOf<Users['peek']>().returns.toEqualTypeOf<User | undefined>();
  expectTypeOf<Users['getMany']>().returns.resolves.toEqualTypeOf<(User | undefined)[]>();
  expectTypeOf<Users['invalidate']>().parameter(0).toEqualTypeOf<number | readonly number[]>();
});

test('tiers and coherences are of one interface each, whatever they are made of', () => {
  expectTypeOf(memoryTier).returns.toEqualTypeOf<Tier>();
  expectTypeOf(redisTier).parameter(0).toEqualTypeOf<RedisClient>();
  expectTypeOf(redisTier).returns.toEqualTypeOf<Tier>();
  expectTypeOf(busCoherence).parameter(0).toEqualTypeOf<Bus>();
  expectTypeOf(busCoherence).returns.toEqualTypeOf<Coherence>();
  for (const coherence of [pubsub, tracking, stream]) expect(coherence).toBeTypeOf('function');
  expectTypeOf<ReturnType<typeof pubsub | typeof tracking | typeof stream>>().toEqualTypeOf<Coherence>();
});

test('what stands around the cache says what it takes and gives', () => {
  expectTypeOf(cacheKey).parameters.toEqualTypeOf<unknown[]>();
  expectTypeOf(cacheKey).returns.toEqualTypeOf<string>();
  expectTypeOf(shouldRefreshEarly).returns.toEqualTypeOf<boolean>();
  expectTypeOf(classifySql).returns.toEqualTypeOf<'read' | 'write' | 'locking' | 'volatile' | 'unknown'>();
  expectTypeOf(createHttpCache).returns.toEqualTypeOf<HttpCache>();
  expectTypeOf(httpStorable).returns.toExtend<{ readonly store: boolean; readonly ttlMs: number }>();
  const typed = (cache: Cache) => ({
    query: cachedQuery(cache, async (sql, params, { signal }) => [{ sql, params, signal }]),
    sessions: sessionStore<{ readonly user: number }>(cache),
  });
  type Typed = ReturnType<typeof typed>;
  type Row = { sql: string; params: readonly unknown[]; signal: AbortSignal };
  expectTypeOf<Typed['query']>().toEqualTypeOf<CachedQuery<Row[]>>();
  expectTypeOf<Typed['sessions']>().toEqualTypeOf<SessionStore<{ readonly user: number }>>();
  expectTypeOf<Typed['sessions']['get']>().returns.resolves.toEqualTypeOf<{ readonly user: number } | undefined>();
  expectTypeOf<keyof CacheEvents>().toEqualTypeOf<
    'fill' | 'discard' | 'evict' | 'invalidate' | 'gap' | 'l2' | 'loadError' | 'refreshError'
  >();
  expect(typed).toBeTypeOf('function');
});

test('options cannot be changed, and wrong ones do not compile', () => {
  const wrong = (cache: Cache, options: EntryOptions<number>, target: Target) => {
    // @ts-expect-error: read only
    options.ttlMs = 5;
    // @ts-expect-error: milliseconds are a number
    void cache.set('k', 1, { ttlMs: '5m' });
    // @ts-expect-error: one of three
    createCache({ l1: { policy: 'lfu' } });
    // @ts-expect-error: everything is said, never implied
    void cache.invalidate({ all: false });
    // @ts-expect-error: a target is made, not changed
    target.key = 'other';
    // @ts-expect-error: a loader is a function
    void cache.getOrSet('k', 5);
    // @ts-expect-error: an event that there is not
    cache.on('nothing', () => {});
  };
  expect(wrong).toBeTypeOf('function');
});
