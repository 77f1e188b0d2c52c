import type { Cache } from './api/cache.ts';
import type { CacheOptions } from './api/cache-options.ts';
import { CacheView } from './engine/cache-view.ts';
import { Engine } from './engine/engine.ts';
import { planCache } from './options/cache-plan.ts';

/**
 * Creates a cache that never serves what was invalidated; without `l2` it lives in memory.
 *
 * @throws TypeError or RangeError at once, naming the option, where options are wrong.
 *
 * @example
 * ```ts
 * const cache = createCache({ defaults: { ttlMs: 60_000 } });
 * const user = await cache.getOrSet('user:1', () => database.user(1), { tags: ['users'] });
 * await cache.invalidate({ tags: ['users'] });
 * ```
 */
export function createCache(options: CacheOptions = {}): Cache {
  const plan = planCache(options);
  const engine = new Engine(plan);
  return new CacheView(engine, engine.core.shelf.space(''), plan.defaults);
}
