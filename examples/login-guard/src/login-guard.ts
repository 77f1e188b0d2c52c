import { type Clock, systemClock } from '@xc/core';
import { createRateLimiter, type Decision, type LimitStore, memoryStore } from '@xc/ratelimit';

/** Somebody tries to log in. */
export interface Attempt {
  /** What `ipKey` makes of the address: an IPv6 customer has 2^64 of them. */
  readonly ip: string;
  readonly account: string;
}

export interface LoginGuard extends AsyncDisposable {
  /** Counts an attempt for its address and its account, both or neither. */
  begin(attempt: Attempt): Promise<Decision<'account' | 'ip'>>;
  /** The password was right: the attempt does not count. */
  succeeded(decision: Decision<'account' | 'ip'>): Promise<void>;
}

/** Give it `redisStore(client)`, and every node of a fleet sees the attempts of all. */
export function createLoginGuard(options: { clock?: Clock; store?: LimitStore } = {}): LoginGuard {
  const { clock = systemClock, store = memoryStore({ clock }) } = options;
  // #region limiter
  const limiter = createRateLimiter({
    limits: {
      // A log is exact: nobody gets five attempts at the end of one window and five more at the beginning of the next.
      account: {
        algorithm: 'log',
        limit: 5,
        windowMs: 600_000,
        key: ({ account }: Attempt) => account.toLowerCase(),
        // Who goes on after a refusal is shut out: for 15 minutes, then 30, then 60.
        escalate: { after: 3, withinMs: 600_000, blockMs: 900_000 },
      },
      ip: {
        algorithm: 'log',
        limit: 20,
        windowMs: 600_000,
        key: ({ ip }: Attempt) => ip,
        escalate: { after: 10, withinMs: 600_000, blockMs: 3_600_000 },
      },
    },
    store,
    clock,
  });
  // #endregion
  return {
    begin: (attempt) => limiter.take(attempt),
    async succeeded(decision) {
      await limiter.refund(decision);
    },
    [Symbol.asyncDispose]: () => limiter.close(),
  };
}
