export interface LockOptions {
  /** How long the lease is valid, in milliseconds. */
  readonly ttlMs?: number;
  /** How long to wait for the lock, in milliseconds. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/** The right to do something alone, until it is released or can no longer be trusted. */
export interface LockLease extends AsyncDisposable {
  readonly name: string;
  /** Grows with every acquisition of this name; hand it to the resource and let the resource refuse older ones. */
  readonly fence: bigint;
  /** Aborts as soon as the lease can no longer be trusted. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/** Mutual exclusion by name. */
export interface Lock {
  acquire(name: string, options?: LockOptions): Promise<LockLease>;
}
