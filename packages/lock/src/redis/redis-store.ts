import type { RedisClient } from '@xc/redis';
import type { LockStore } from '../store.ts';
import { LockNode } from './lock-node.ts';
import { checkRedisClient, type RedisLockStoreOptions, settleStoreOptions } from './store-options.ts';

const DEADLINE_MS = 500;

/**
 * Keeps locks in Redis: one server, the master behind Sentinel, or a cluster. Acquire, renew and release are one script and
 * one round trip each; time is the server's. Fences go on growing after expiry, release, restart and FLUSHALL, as long as the
 * clock of the server does not go back.
 *
 * The client stays the caller's, needs no special settings, and is never closed. Those who wait share one more connection.
 *
 * Redis replicates after it has answered: a failover may forget the last acquisition, and two leases of one name are then
 * live. The fence tells them apart, and with `quorumLockStore` it does not happen.
 *
 * @throws TypeError or RangeError for a client that is none of ioredis, an unknown option, or one that cannot be.
 *
 * @example
 * ```ts
 * const locks = createLocks({ store: redisLockStore(new Redis()) });
 * ```
 */
export function redisLockStore(client: RedisClient, options: RedisLockStoreOptions = {}): LockStore {
  checkRedisClient(client);
  const node = new LockNode(client, settleStoreOptions(options, DEADLINE_MS));
  return {
    acquire: (claim) => node.acquire(claim),
    renew: (claim, fence) => node.renew(claim, fence),
    release: (claim) => node.release(claim),
    busyMs: (claim) => node.busyMs(claim),
    forceRelease: (name) => node.forceRelease(name),
    watch: (name, wake) => node.watch(name, wake),
    attach: (home) => node.attach(home?.logger),
    async inspect(name) {
      const [{ ttlLeftMs, fence }, waiters] = await Promise.all([node.inspect(name), node.listeners(name)]);
      const held = ttlLeftMs > 0;
      return fence === undefined && !held ? undefined : { held, fence: fence ?? 0n, ttlLeftMs, waiters };
    },
  };
}
