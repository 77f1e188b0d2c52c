import { XcError } from '@xc/core';
import type { Decision } from '../limiter/decision.ts';

/**
 * Says that a limit did not let a call through: from `RateLimited` and `rateLimitPolicy`, never from a limiter.
 *
 * @example
 * ```ts
 * if (!isXcError(error, 'XC_RATELIMIT_REJECTED')) throw error;
 * const { status, headers, body } = rateLimitProblem((error as RateLimitedError).decision);
 * ```
 */
export class RateLimitedError extends XcError<'XC_RATELIMIT_REJECTED'> {
  static {
    this.prototype.name = 'RateLimitedError';
  }

  /** Milliseconds, or `Infinity`. */
  readonly retryAfterMs: number;
  readonly decision: Decision;

  constructor(decision: Decision) {
    const { retryAfterMs, violated } = decision;
    super('XC_RATELIMIT_REJECTED', `refused by ${violated.join(', ')}`, {
      details: { retryAfterMs, violated, refusedBy: 'ratelimit' },
      retryable: true,
    });
    this.retryAfterMs = retryAfterMs;
    this.decision = decision;
  }
}
