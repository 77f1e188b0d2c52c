import type { Clock } from '@xc/core';
import type { LimitStore } from '../store/limit-store.ts';

/**
 * The same store, every answer `ms` milliseconds late. The step is done at once, as by a server whose answer is on its way,
 * and a caller that has given up does not stop it.
 *
 * @example
 * ```ts
 * const limiter = createRateLimiter({ limits, store: slowStore(memoryStore(), 200, clock), deadlineMs: 50 });
 * ```
 */
export function slowStore(store: LimitStore, ms: number, clock: Clock): LimitStore {
  return {
    name: store.name,
    remote: true,
    async apply(step, call) {
      const reply = store.apply(step, call);
      // Late also where it fails, and never an unhandled rejection in the meantime.
      await Promise.allSettled([reply, clock.sleep(ms, call?.signal)]);
      call?.signal?.throwIfAborted();
      return reply;
    },
  };
}
