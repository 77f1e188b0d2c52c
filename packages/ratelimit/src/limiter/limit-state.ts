import type { LimitUnit } from '../limits/limit-unit.ts';

/** How one limit stands after a decision. */
export interface LimitState {
  readonly limit: number;
  /** `burst` of gcra and bucket, else `limit`. */
  readonly capacity: number;
  /** Milliseconds; of a quota the current period; absent for concurrency. */
  readonly windowMs?: number;
  readonly unit: LimitUnit;
  /** Whole units, 0 to `capacity`. */
  readonly remaining: number;
  /** Milliseconds until everything is available again; 0 when it is. */
  readonly resetAfterMs: number;
  /** 0, milliseconds, or `Infinity`. */
  readonly retryAfterMs: number;
  /** A shadow limit that would have said no. */
  readonly shadowed: boolean;
  readonly blocked: boolean;
}
