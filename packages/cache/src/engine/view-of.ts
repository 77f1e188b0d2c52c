import type { Cache } from '../api/cache.ts';
import { describe } from '../keys/check-key.ts';
import type { CacheView } from './cache-view.ts';

/** What is behind a cache of `createCache`, of whatever copy of this package. @throws TypeError for anything else. */
export function viewOf(cache: Cache): CacheView {
  const view = cache as Partial<CacheView> | undefined;
  if (typeof view?.getOrSet === 'function' && view.engine !== undefined) return cache as CacheView;
  throw new TypeError(`cache must be one of createCache, got ${describe(cache)}`);
}
