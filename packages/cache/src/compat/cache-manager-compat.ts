import type { Cache } from '../api/cache.ts';
import { viewOf } from '../engine/view-of.ts';
import { describe } from '../keys/check-key.ts';
import { checkObject } from '../options/check-names.ts';
import type { CompatCache, CompatItem } from './compat-cache.ts';
import { CompatListeners } from './compat-listeners.ts';
import { compatWrap, lifeOf } from './compat-wrap.ts';

/**
 * A cache of `createCache` in the call shape of cache-manager 7, to come over without touching the callers. Of loads at once one runs,
 * nothing that was invalidated comes back, and `null` is a value; an `undefined` of `wrap` is remembered as nothing for `negativeTtlMs`.
 *
 * @throws TypeError for what is no cache of `createCache`.
 *
 * @example
 * ```ts
 * const cache = cacheManagerCompat(createCache());
 * const user = await cache.wrap('user:1', () => database.user(1), 60_000);
 * ```
 */
export function cacheManagerCompat(cache: Cache): CompatCache {
  const { clock, plan } = viewOf(cache).engine.core;
  const listeners = new CompatListeners(plan.logger);
  const expiry = async (key: string): Promise<number | undefined> => {
    const entry = await cache.entry(key);
    if (entry === undefined || entry.state === 'stale' || entry.ttlLeftMs === Number.POSITIVE_INFINITY)
      return undefined;
    return Math.round(clock.now() + entry.ttlLeftMs);
  };
  const found = (value: unknown): object | undefined => (value === undefined ? undefined : { value });

  const compat: CompatCache = {
    get: async <T>(key: string) => listeners.around('get', { key }, () => cache.get<T>(key), found),
    async mget<T>(keys: string[]) {
      const read = async (): Promise<(T | undefined)[]> => {
        const values = await cache.getMany<T>(keys);
        return keys.map((key) => values.get(key));
      };
      return listeners.around('mget', { keys }, read, (values) => ({ values }));
    },
    ttl: async (key) => listeners.around('ttl', { key }, () => expiry(key), found),
    async set(key, value, ttl) {
      await listeners.around('set', { key, value }, () => cache.set(key, value, lifeOf(ttl)));
      return value;
    },
    async mset<T>(list: CompatItem<T>[]) {
      if (!Array.isArray(list)) throw new TypeError(`list must be an array, got ${describe(list)}`);
      for (const item of list) checkObject('an item', item);
      const set = ({ key, value, ttl }: CompatItem<T>): Promise<void> => cache.set(key, value, lifeOf(ttl));
      await listeners.around('mset', { list }, () => Promise.all(list.map(set)));
      return list;
    },
    async del(key) {
      await listeners.around('del', { key }, () => cache.invalidate({ key }));
      return true;
    },
    async mdel(keys) {
      await listeners.around('mdel', { keys }, () => cache.invalidate({ keys }));
      return true;
    },
    async clear() {
      const ended = await Promise.allSettled([cache.invalidate({ all: true })]);
      const error: unknown = ended[0].status === 'rejected' ? ended[0].reason : undefined;
      listeners.tell('clear', error);
      if (error !== undefined) throw error;
      return true;
    },
    wrap: compatWrap(cache, listeners, expiry) as CompatCache['wrap'],
    on(event, listener) {
      listeners.on(event, listener);
      return compat;
    },
    off(event, listener) {
      listeners.off(event, listener);
      return compat;
    },
    async disconnect() {
      await cache.settled();
      return undefined;
    },
  };
  return compat;
}
