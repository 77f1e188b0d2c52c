import type { Cache } from '../api/cache.ts';
import type { CacheView } from '../engine/cache-view.ts';
import { describe } from '../keys/check-key.ts';

/** @throws TypeError for what has not the methods of a cache. */
export function checkCache(cache: unknown): asserts cache is Cache {
  const { getOrSet, invalidate } = (cache ?? {}) as Partial<Cache>;
  if (typeof getOrSet === 'function' && typeof invalidate === 'function') return;
  throw new TypeError(`cache must be a cache, got ${describe(cache)}`);
}

/**
 * For work that the cache has no part in until it is done. What is no cache of `createCache` says so itself, later.
 *
 * @throws XcError `XC_CACHE_CLOSED` where the cache is disposed of.
 */
export function ensureOpen(cache: Cache): void {
  (cache as Partial<CacheView>).engine?.ensureOpen();
}
