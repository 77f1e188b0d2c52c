import { type Backoff, decorrelatedBackoff } from '@xc/core';
import {
  callable,
  duration,
  orDefault,
  type PolicyOptions,
  policyOptionNames,
  positiveInteger,
  refuseUnknown,
  withMethods,
} from '../options.ts';
import type { AttemptContext } from '../run/attempt-context.ts';
import type { RetryBudget } from './retry-budget.ts';

/** A failed attempt, as `RetryOptions.when` sees it. */
export interface FailedAttempt {
  readonly error: unknown;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly context: AttemptContext;
}

/** When and how often a call is tried again. */
export interface RetryOptions extends PolicyOptions {
  /**
   * Tries in all, the first included.
   * @defaultValue 3
   */
  readonly attempts?: number;
  /**
   * A back-off that throws or gives no number is logged once; the failure is not retried then.
   * @defaultValue decorrelatedBackoff({ baseMs: 100, capMs: 10_000 })
   */
  readonly backoff?: Backoff;
  /** False: not this failure. `afterMs`: again, and not earlier than after so long. A `when` that throws is logged once and counts as true. */
  readonly when?: (failure: FailedAttempt) => boolean | { readonly afterMs: number };
  /** True: this value is as good as a failure. */
  readonly whenResult?: (value: unknown, attempt: number) => boolean;
  /**
   * Longer advice from the other side (`error.retryAfterMs`) is not waited for.
   * @defaultValue 30_000
   */
  readonly maxRetryAfterMs?: number;
  /**
   * A budget that throws is logged once, and pays for nothing.
   * @defaultValue none: only `attempts` bounds the retries
   */
  readonly budget?: RetryBudget;
}

/** Checked, and with every default filled in. */
export interface RetrySettings {
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly when: RetryOptions['when'];
  readonly whenResult: RetryOptions['whenResult'];
  readonly maxRetryAfterMs: number;
  readonly budget: RetryBudget | undefined;
}

/** @throws TypeError or RangeError for an unknown option or a value out of range. */
export function retrySettings(options: RetryOptions): RetrySettings {
  refuseUnknown(options, [
    'attempts',
    'backoff',
    'when',
    'whenResult',
    'maxRetryAfterMs',
    'budget',
    ...policyOptionNames,
  ]);
  return {
    attempts: positiveInteger('attempts', orDefault(options.attempts, 3)),
    backoff: withMethods(
      'backoff',
      orDefault(options.backoff, decorrelatedBackoff({ baseMs: 100, capMs: 10_000 })),
      'delayMs',
    ),
    when: options.when === undefined ? undefined : callable('when', options.when),
    whenResult: options.whenResult === undefined ? undefined : callable('whenResult', options.whenResult),
    maxRetryAfterMs: duration('maxRetryAfterMs', orDefault(options.maxRetryAfterMs, 30_000)),
    budget: options.budget === undefined ? undefined : checkedBudget('budget', options.budget),
  };
}

/** @throws TypeError unless the object has the methods of a `RetryBudget`. */
export function checkedBudget(option: string, value: RetryBudget): RetryBudget {
  return withMethods(option, value, 'onCall', 'onSuccess', 'onFailure', 'tryRetry');
}
