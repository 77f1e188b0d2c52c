import { createCache as createDedupe } from 'async-cache-dedupe';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { createCache as createCacheManager } from 'cache-manager';
import { Cacheable } from 'cacheable';
import { LRUCache } from 'lru-cache';

/** What every cache here is asked for: the same key, a loader, five minutes. */
export type GetOrSet = (key: string, load: () => Promise<unknown>) => unknown;

export const TTL_MS = 300_000;
const ROOM = 10_000;

/** The least that a cache with single-flight can cost: an LRU, and a map of what is under way. */
export function lruWithFlights(): GetOrSet {
  const values = new LRUCache<string, object>({ max: ROOM, ttl: TTL_MS });
  const flights = new Map<string, Promise<unknown>>();
  return async (key, load) => {
    const known = values.get(key);
    if (known !== undefined) return known;
    const under = flights.get(key);
    if (under !== undefined) return under;
    const flight = load()
      .then((value) => {
        values.set(key, value as object);
        return value;
      })
      .finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}

export function bentocache(): GetOrSet {
  const bento = new BentoCache({
    default: 'memory',
    stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: ROOM })) },
  });
  return (key, load) => bento.getOrSet({ key, ttl: TTL_MS, factory: load });
}

/** Its loader is fixed when the cache is made. */
export function asyncCacheDedupe(load: (key: string) => Promise<unknown>): (key: string) => unknown {
  const cache = createDedupe({ ttl: TTL_MS / 1_000, storage: { type: 'memory', options: { size: ROOM } } });
  return cache.define('read', load).read;
}

export function cacheable(): GetOrSet {
  const cache = new Cacheable({ ttl: TTL_MS });
  return (key, load) => cache.getOrSet(key, load);
}

export function cacheManager(): GetOrSet {
  const cache = createCacheManager({ ttl: TTL_MS });
  return (key, load) => cache.wrap(key, load);
}
