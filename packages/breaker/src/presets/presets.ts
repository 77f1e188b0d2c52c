import { decorrelatedBackoff, exponentialBackoff } from '@xc/core';
import type { BreakerOptions } from '../circuit/breaker-options.ts';
import { retryBudget } from '../retry/retry-budget.ts';
import type { RetryOptions } from '../retry/retry-options.ts';

/** The dependencies that have numbers of their own. */
export type PresetName = 'database' | 'redis' | 'external-api' | 'email' | 'sms';

/** What guards calls to one kind of dependency. */
export interface Preset {
  readonly breaker: BreakerOptions;
  /** Milliseconds for one attempt. */
  readonly timeoutMs: number;
  /** None where a repeated call could do its work twice. */
  readonly retry?: RetryOptions;
  readonly bulkhead: { readonly limit: number; readonly maxQueue: number; readonly maxWaitMs: number };
}

const second = 1_000;
const minute = 60_000;
const apiBudgetRatio = 0.2;

/**
 * Numbers to begin with for the usual dependencies, deeply frozen. `fromPreset` makes a policy of them; whoever reads a
 * `budget` here is given one of its own.
 */
export const presets: Readonly<Record<PresetName, Preset>> = deepFrozen({
  /** No retry: a transaction is not ours to repeat. */
  database: {
    breaker: {
      window: { type: 'time', lengthMs: 10 * second, buckets: 10 },
      minimumCalls: 20,
      failureRate: 0.5,
      slowRate: 0.8,
      slowAfterMs: second,
      consecutive: 10,
      openForMs: 10 * second,
      halfOpen: { permits: 5 },
    },
    timeoutMs: 5 * second,
    bulkhead: { limit: 64, maxQueue: 128, maxWaitMs: second },
  },
  redis: {
    breaker: {
      window: { type: 'time', lengthMs: 5 * second, buckets: 10 },
      minimumCalls: 50,
      failureRate: 0.5,
      slowRate: 0.8,
      slowAfterMs: 100,
      consecutive: 20,
      openForMs: 2 * second,
      halfOpen: { permits: 10 },
    },
    timeoutMs: 250,
    retry: { attempts: 2, backoff: decorrelatedBackoff({ baseMs: 10, capMs: 50 }) },
    bulkhead: { limit: 512, maxQueue: 512, maxWaitMs: 100 },
  },
  'external-api': {
    breaker: {
      window: { type: 'time', lengthMs: 30 * second, buckets: 10 },
      minimumCalls: 10,
      failureRate: 0.5,
      slowRate: 0.9,
      slowAfterMs: 5 * second,
      consecutive: 5,
      openForMs: exponentialBackoff({ baseMs: 30 * second, capMs: 5 * minute, factor: 2, jitter: 'none' }),
      halfOpen: { permits: 3 },
    },
    timeoutMs: 10 * second,
    retry: {
      attempts: 3,
      backoff: decorrelatedBackoff({ baseMs: 200, capMs: 5 * second }),
      get budget() {
        // A budget counts: one for all would let one dependency use up the retries of another.
        return Object.freeze(retryBudget({ ratio: apiBudgetRatio }));
      },
    },
    bulkhead: { limit: 50, maxQueue: 50, maxWaitMs: second },
  },
  /** No retry: a repeat is a second mail. */
  email: {
    breaker: {
      window: { type: 'count', size: 20 },
      minimumCalls: 5,
      failureRate: 0.6,
      slowRate: 1,
      consecutive: 5,
      openForMs: minute,
      halfOpen: { permits: 1 },
    },
    timeoutMs: 30 * second,
    bulkhead: { limit: 10, maxQueue: 100, maxWaitMs: 10 * second },
  },
  /** No retry: a repeat costs money. */
  sms: {
    breaker: {
      window: { type: 'count', size: 10 },
      minimumCalls: 5,
      failureRate: 0.4,
      slowRate: 1,
      consecutive: 3,
      openForMs: 2 * minute,
      halfOpen: { permits: 1 },
    },
    timeoutMs: 15 * second,
    bulkhead: { limit: 5, maxQueue: 50, maxWaitMs: 10 * second },
  },
});

/** The share of calls that the retries of a preset may add; `undefined` where it has no budget of its own making. */
export function budgetRatioOf(retry: RetryOptions | undefined): number | undefined {
  return retry !== undefined && retry === presets['external-api'].retry ? apiBudgetRatio : undefined;
}

function deepFrozen<T extends object>(value: T): T {
  for (const { value: inner } of Object.values(Object.getOwnPropertyDescriptors(value))) {
    if (typeof inner === 'object' && inner !== null) deepFrozen(inner);
  }
  return Object.freeze(value);
}
