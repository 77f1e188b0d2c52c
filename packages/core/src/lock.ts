/** How one acquisition waits, and how long its lease lasts. */
export interface LockOptions {
  /** How long the lease is valid, in milliseconds. The lock says what holds when it is left out. */
  readonly ttlMs?: number;
  /** How long to wait for the lock, in milliseconds; 0 tries once. The lock says what holds when it is left out. */
  readonly waitMs?: number;
  /** Ends the wait at once when it aborts. Does nothing to a lease already given. */
  readonly signal?: AbortSignal;
}

/** The right to do something alone, until it is released or can no longer be trusted. */
export interface LockLease extends AsyncDisposable {
  /** What was acquired. */
  readonly name: string;
  /** Grows with every acquisition of this name; hand it to the resource and let the resource refuse older ones. */
  readonly fence: bigint;
  /**
   * Aborts as soon as the lease can no longer be trusted, with an `XC_LOCK_LOST` as its reason. A release does not abort it:
   * nothing was lost.
   */
  readonly signal: AbortSignal;
  /** Gives the lock back. Does nothing when the lease has ended already, whoever holds the lock by now. */
  release(): Promise<void>;
}

/** Mutual exclusion by name. */
export interface Lock {
  /**
   * Waits for its turn and resolves with a lease.
   *
   * @throws XcError `XC_LOCK_TIMEOUT` when `waitMs` is over.
   * @throws `signal.reason` as soon as `signal` aborts.
   */
  acquire(name: string, options?: LockOptions): Promise<LockLease>;
}
