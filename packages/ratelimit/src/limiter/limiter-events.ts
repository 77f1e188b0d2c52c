/** A limit said no. */
export interface RejectedEvent {
  /** Name of the limit. */
  readonly limit: string;
  /** Truncated keyed hash of the key: the same key gives the same hash in this process, and nobody gets the key from it. */
  readonly keyHash: string;
  /** Milliseconds, or `Infinity`. */
  readonly retryAfterMs: number;
}

/** A key of a limit is blocked from now on, by `escalate` or by `block`. */
export interface BlockedEvent {
  /** Name of the limit. */
  readonly limit: string;
  /** As in {@link RejectedEvent}. */
  readonly keyHash: string;
  /** Milliseconds until the block ends. */
  readonly retryAfterMs: number;
}

/** The store has begun to fail: limits answer by their `onStoreError` until `recovered`. */
export interface DegradedEvent {
  /** Late, failed, or kept away from by `guard`. */
  readonly kind: 'timeout' | 'error' | 'guard';
  /** What the store, or the guard, threw. */
  readonly cause: unknown;
}

/** Called as things happen; what a listener throws is logged and never felt. */
export interface RateLimiterEvents {
  /** An enforced limit has refused a call; once for each limit that did. */
  rejected?(event: RejectedEvent): void;
  /** A block has begun. */
  blocked?(event: BlockedEvent): void;
  /** The store has begun to fail. */
  degraded?(event: DegradedEvent): void;
  /** The store answers again. */
  recovered?(): void;
}
