import type { Clock } from '@xc/core';
import type { CircuitOpenError } from './circuit-open-error.ts';

/** The state machine of a breaker, without calls around it. Internal: a fused pipeline drives it directly. */
export interface Circuit {
  readonly name: string;

  /** The clock that calls are measured by: of a registry's breakers each may have its own. */
  readonly clock: Clock;

  /**
   * Takes a place for one call and gives its generation, or a negative number when refused (already counted as
   * rejected). Allocates nothing.
   */
  admit(): number;

  /** The error for a refusal given just now: a fresh object without stack frames. */
  refusal(): CircuitOpenError;

  /** Reports a value. `startedAt` is monotonic; a call of an older generation is counted as stale and changes nothing. */
  fulfilled(generation: number, startedAt: number, value: unknown): void;

  /** Reports a rejection. A refusal by an inner policy is ignored, see `verdict.ts`. */
  rejected(generation: number, startedAt: number, error: unknown): void;

  /** Reports that the caller gave up; `reason` is the abort reason. */
  abandoned(generation: number, startedAt: number, reason: unknown): void;

  /** Monotonic milliseconds of the breaker's clock. */
  monotonic(): number;
}

/**
 * Where a breaker keeps its circuit. In the global registry, so that a breaker of the ESM copy can be driven by a
 * pipeline of the CJS copy.
 */
export const circuitKey: unique symbol = Symbol.for('@xc/breaker/circuit');
