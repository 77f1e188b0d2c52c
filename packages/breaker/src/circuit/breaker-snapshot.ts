import type { BreakerState } from './breaker-state.ts';

/** A breaker at one moment. */
export interface BreakerSnapshot {
  readonly name: string;
  readonly state: BreakerState;
  /** Outcomes in the window; while open, of the window that tripped it. */
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  readonly slowFailures: number;
  /** Share of failures; `undefined` below the minimum of calls. */
  readonly failureRate: number | undefined;
  /** Share of slow calls; `undefined` below the minimum of calls. */
  readonly slowRate: number | undefined;
  /** Calls refused since the last change of state. */
  readonly rejected: number;
  /** Calls admitted and not reported yet, of whatever generation. */
  readonly inFlight: number;
  /** Openings in a row without a close. */
  readonly openings: number;
  /** Whole milliseconds of the wait left, rounded up, while open. */
  readonly retryAfterMs: number | undefined;
  /** Probes that may still be sent, while half-open. */
  readonly probesLeft: number | undefined;
  /** Share of calls let through: 1, less while ramping up, 0 while open. */
  readonly admission: number;
  /** Grows with every change of state, reset and replaced window; a call of an older generation changes nothing. */
  readonly generation: number;
}
