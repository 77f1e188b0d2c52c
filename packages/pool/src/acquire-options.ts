/** What one borrower asks for. */
export interface AcquireOptions {
  /** Stops the wait at once; the rejection is its reason. */
  readonly signal?: AbortSignal;
  /**
   * Stops the wait with XC_POOL_TIMEOUT. The sooner of this, the pool's `acquireTimeoutMs` and the deadline of the request
   * context counts.
   */
  readonly timeoutMs?: number;
  /**
   * A level from 0, served first, to `priorities - 1`.
   * @defaultValue the middle level
   */
  readonly priority?: number;
  /** Names the borrower in leak reports, events and `leases()`. */
  readonly label?: string;
}
