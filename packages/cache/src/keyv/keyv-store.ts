import type { Cache } from '../api/cache.ts';
import { unavailable } from '../engine/cache-error.ts';
import { viewOf } from '../engine/view-of.ts';
import { partsOf } from '../keys/name-space.ts';

/** What `new Keyv({ store })` takes. */
export interface KeyvStore {
  /** By `dialect` Keyv decides whether it may iterate; it and its users put other things here. */
  readonly opts: Record<string, unknown>;
  /** Set by Keyv: what `clear` and `iterator` stay within. */
  namespace?: string | undefined;
  /** What there is, fresh. */
  get<Value>(key: string): Promise<Value | undefined>;
  /**
   * Stores a value.
   * @param ttl - Milliseconds; none, or 0: it does not expire, and goes only where there is no room.
   */
  set(key: string, value: unknown, ttl?: number): Promise<boolean>;
  /** False where there was nothing. */
  delete(key: string): Promise<boolean>;
  /** Of the namespace, or all of the cache where there is none. */
  clear(): Promise<void>;
  /** Whether there is something fresh. */
  has(key: string): Promise<boolean>;
  /** Aligned with the keys. */
  getMany<Value>(keys: string[]): Promise<(Value | undefined)[]>;
  /** What this node has in memory. */
  iterator<Value>(namespace?: string): AsyncGenerator<[string, Value], void>;
  /** Of `error`: the second level is away. Other events do not occur. */
  on(event: string, listener: (...args: unknown[]) => void): KeyvStore;
}

/**
 * A cache of `createCache` as a store for Keyv 5, which gets its tiers, its coherence and its bounds. Each `Keyv` needs a store of its
 * own; stores of one cache share what is in it, apart by the namespaces of their `Keyv`. The cache is not closed by it.
 *
 * @throws TypeError for what is no cache of `createCache`.
 *
 * @example
 * ```ts
 * const keyv = new Keyv({ store: keyvStore(cache), namespace: 'users' });
 * ```
 */
export function keyvStore(cache: Cache): KeyvStore {
  const { engine, space } = viewOf(cache);
  const store: KeyvStore = {
    // One of the few that Keyv iterates over.
    opts: { dialect: 'redis', url: '' },
    get: async <Value>(key: string) => cache.get<Value>(key),
    async set(key, value, ttl) {
      if (typeof ttl === 'number' && ttl < 0) await cache.invalidate({ key });
      else
        await cache.set(key, value, { ttlMs: ttl || Number.POSITIVE_INFINITY, jitter: 0, graceMs: 0, sliding: false });
      return true;
    },
    async delete(key) {
      const had = await cache.has(key);
      await cache.invalidate({ key });
      return had;
    },
    async clear() {
      const { namespace } = store;
      await cache.invalidate(namespace ? { prefix: `${namespace}:` } : { all: true });
    },
    has: async (key) => cache.has(key),
    async getMany<Value>(keys: string[]) {
      const found = await cache.getMany<Value>(keys);
      return keys.map((key) => found.get(key));
    },
    async *iterator<Value>(namespace?: string): AsyncGenerator<[string, Value], void> {
      const { shelf } = engine.core;
      const places = [...(shelf.store?.slots() ?? [])].map((slot) => shelf.store?.key(slot) as string);
      for (const { path, key } of places.map(partsOf)) {
        if (path !== space.path || (namespace && !key.startsWith(`${namespace}:`))) continue;
        const value = cache.peek<Value>(key);
        if (value !== undefined) yield [key, value];
      }
    },
    on(event, listener) {
      if (event === 'error') cache.on('l2', ({ state }) => state === 'away' && listener(unavailable(undefined)));
      return store;
    },
  };
  return store;
}
