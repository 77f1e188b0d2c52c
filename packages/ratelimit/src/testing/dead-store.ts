import { XcError } from '@xc/core';
import type { LimitStore } from '../store/limit-store.ts';

/**
 * A store that fails every step at once, as one whose server is gone. Its errors have the code `XC_RATELIMIT_STORE`.
 *
 * @example
 * ```ts
 * const limiter = createRateLimiter({ limits, store: deadStore() });
 * (await limiter.take('ada')).degraded; // true
 * ```
 */
export function deadStore(): LimitStore {
  return {
    name: 'dead',
    remote: true,
    async apply() {
      throw new XcError('XC_RATELIMIT_STORE', 'the store is dead', { retryable: true });
    },
  };
}
