import type { Decision } from './decision.ts';

/** An allowed decision that holds concurrency units until it is released, disposed, or not renewed in time. */
export interface Lease<Name extends string = string> extends Decision<Name>, AsyncDisposable {
  readonly allowed: true;
  readonly id: string;
  /** Aborts with `XC_RATELIMIT_LEASE_LOST` when the lease ran out unrenewed. */
  readonly signal: AbortSignal;
  /**
   * Holds the units for another `ttlMs` from now; false when they were no longer held.
   * @throws XcError `XC_RATELIMIT_STORE` when the store did not answer. RangeError when `ttlMs` is no number of milliseconds.
   */
  renew(ttlMs?: number): Promise<boolean>;
  /**
   * Frees the units; false when they were no longer held.
   * @throws XcError `XC_RATELIMIT_STORE` when the store did not answer.
   */
  release(): Promise<boolean>;
}
