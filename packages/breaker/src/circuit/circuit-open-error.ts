import { XcError } from '@xc/core';
import type { BreakerState, OpenReason } from './breaker-state.ts';

/** Why a call was refused: what opened the breaker, or why a breaker that is not open held it back. */
export type RefusalReason = OpenReason | 'probes-used' | 'ramp-up';

// Node refuses to touch a frozen Error (`--frozen-intrinsics`); then the frames stay.
const limitIsWritable = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')?.writable === true;

/**
 * Says that a breaker did not let the call through. `retryAfterMs` tells when it is worth asking again: the wait left
 * while open, what is left of `maxWaitMs` while half-open, 0 while ramping up, Infinity while forced open.
 *
 * Carries no stack frames: a refusal happens thousands of times a second, and message, code and details say it all.
 */
export class CircuitOpenError extends XcError<'XC_BREAKER_OPEN'> {
  static {
    this.prototype.name = 'CircuitOpenError';
  }

  readonly breaker: string;
  readonly state: BreakerState;
  readonly reason: RefusalReason;
  /** Milliseconds. */
  readonly retryAfterMs: number;
  /** The name of the breaker: marks this as a refusal, which no policy outside counts as a failure of the callee. */
  readonly refusedBy: string;

  constructor(breaker: string, state: BreakerState, reason: RefusalReason, retryAfterMs: number) {
    const limit = Error.stackTraceLimit;
    if (limitIsWritable) Error.stackTraceLimit = 0;
    super('XC_BREAKER_OPEN', `breaker ${breaker} refused the call: ${state}, ${reason}`, {
      details: { breaker, state, reason, retryAfterMs, refusedBy: breaker },
      retryable: true,
    });
    if (limitIsWritable) Error.stackTraceLimit = limit;
    this.breaker = breaker;
    this.state = state;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.refusedBy = breaker;
  }
}
