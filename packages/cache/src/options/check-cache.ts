import type { Cache } from '../api/cache.ts';
import { describe } from '../keys/check-key.ts';

/** @throws TypeError for what has not the methods of a cache. */
export function checkCache(cache: unknown): asserts cache is Cache {
  const { getOrSet, invalidate } = (cache ?? {}) as Partial<Cache>;
  if (typeof getOrSet === 'function' && typeof invalidate === 'function') return;
  throw new TypeError(`cache must be a cache, got ${describe(cache)}`);
}
