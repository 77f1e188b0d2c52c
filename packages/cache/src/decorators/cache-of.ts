import type { Cache } from '../api/cache.ts';
import { describe } from '../keys/check-key.ts';

/** A cache, or where an instance has its own. */
// biome-ignore lint/suspicious/noExplicitAny: a decorator is made before its class is known
export type CacheSource = Cache | ((self: any) => Cache);

/** @throws TypeError unless it is a cache or a function. */
export function checkCacheSource(source: unknown): asserts source is CacheSource {
  if (typeof source === 'function' || isCache(source)) return;
  throw new TypeError(`cache must be a cache or a function that gives one, got ${describe(source)}`);
}

/** The cache for one call. @throws TypeError where the instance has none. */
export function cacheOf(source: CacheSource, self: unknown): Cache {
  const cache = typeof source === 'function' ? source(self) : source;
  if (isCache(cache)) return cache;
  throw new TypeError(`cache must give a cache, got ${describe(cache)}`);
}

function isCache(value: unknown): value is Cache {
  return typeof (value as Cache | undefined)?.getOrSet === 'function';
}
