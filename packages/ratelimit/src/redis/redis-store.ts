import { lookAtServer, type RedisClient } from '@xc/redis';
import type { LimitStore } from '../store/limit-store.ts';
import { boundsOf } from './call-bounds.ts';
import { keyLayout } from './key-layout.ts';
import { checkRedisStoreOptions, type RedisStoreOptions } from './redis-store-options.ts';
import { ScatteredStore } from './scattered-store.ts';
import { SlotStore } from './slot-store.ts';

/**
 * Keeps the state of limits in Redis: one server, the master behind Sentinel, or a cluster. A step is one round trip, decided
 * by the clock of the server; in a cluster, keys in several slots take one each (give the limiter a `tag` to keep them in
 * one). No key is ever without a time to live.
 *
 * The client stays the caller's, needs no special settings, and is never closed. Every call settles within its deadline,
 * whatever the client does; a connection of its own, `enableOfflineQueue: false` and `maxRetriesPerRequest: 1` serve it best.
 * A failover may lose the last writes: then at most one burst a key is let through once more.
 *
 * @example
 * ```ts
 * const limiter = createRateLimiter({
 *   limits: { api: { limit: 100, windowMs: 60_000 } },
 *   store: redisStore(new Redis()),
 * });
 * ```
 *
 * @throws TypeError for a client that is none of ioredis, an unknown option, or one of the wrong kind. Calls reject with the
 * errors of `@xc/redis`: `XC_REDIS_TIMEOUT`, `XC_REDIS_UNAVAILABLE`, `XC_REDIS_READONLY`, `XC_REDIS_OOM`, and `XC_REDIS_SCRIPT`
 * for foreign data under a key.
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): LimitStore {
  checkClient(client);
  checkRedisStoreOptions(options);
  const { prefix = 'xc:rl:', hashKeys } = options;
  const layout = keyLayout(prefix, hashKeys);
  const slots = new SlotStore(client, layout);
  const store = client.isCluster ? new ScatteredStore(client, prefix, layout, slots) : slots;
  return {
    name: 'redis',
    remote: true,
    attach: ({ logger }) => lookAtServer(client, logger, 'ratelimit'),
    apply(step, call) {
      try {
        return store.apply(step, boundsOf(call));
      } catch (error) {
        return Promise.reject(error);
      }
    },
  };
}

function checkClient(client: RedisClient): void {
  if (typeof client?.status === 'string' && typeof client.evalsha === 'function') return;
  // Not what it is: a URL has a password in it.
  throw new TypeError(`client must be a client of ioredis, got ${client === null ? 'null' : typeof client}`);
}
