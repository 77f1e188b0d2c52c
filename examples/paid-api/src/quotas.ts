import { type Clock, systemClock } from '@xc/core';
import { createRateLimiter, type LimitStore, memoryStore, type RateLimiter } from '@xc/ratelimit';

export interface Customer {
  readonly id: string;
  /** Tokens a month. */
  readonly plan: number;
  /** IANA name: the month of the customer begins at midnight there. */
  readonly timeZone: string;
  /** The day on which the customer's month begins, 1 to 31. */
  readonly billedOn: number;
}

export interface Quotas {
  /** The limiter that counts for this customer. */
  of(customer: Customer): RateLimiter<'month' | 'burst', Customer>;
}

/** One limiter for each calendar, all on one store. */
export function createQuotas(options: { clock?: Clock; store?: LimitStore } = {}): Quotas {
  const { clock = systemClock, store = memoryStore({ clock }) } = options;
  const limiters = new Map<string, RateLimiter<'month' | 'burst', Customer>>();

  // #region quota
  const limiterFor = ({ timeZone, billedOn }: Customer) =>
    createRateLimiter({
      limits: {
        month: {
          algorithm: 'quota',
          per: 'month',
          timeZone,
          anchorDay: billedOn,
          limit: ({ plan }: Customer) => plan,
          key: ({ id }: Customer) => id,
          softAt: 0.8,
        },
        // And nobody spends a month in a minute.
        burst: { limit: 10_000, windowMs: 60_000, key: ({ id }: Customer) => id },
      },
      store,
      clock,
    });
  // #endregion

  return {
    of(customer) {
      const calendar = `${customer.timeZone} ${customer.billedOn}`;
      const limiter = limiters.get(calendar) ?? limiterFor(customer);
      limiters.set(calendar, limiter);
      return limiter;
    },
  };
}
