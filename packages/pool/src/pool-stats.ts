/** Figures of a pool at one moment. */
export interface PoolStats {
  readonly state: 'running' | 'paused' | 'draining' | 'closed';
  /** Grows by one with every `clear`. */
  readonly generation: number;
  /** Open ones: idle, lent, and those under validation or reset. */
  readonly size: number;
  /** Ready to be lent. */
  readonly idle: number;
  readonly inUse: number;
  /** Being opened. */
  readonly creating: number;
  /** Being closed. */
  readonly closing: number;
  /** Borrowers that wait. */
  readonly waiting: number;
  readonly min: number;
  readonly max: number;
  /** How many may be open now: less than `max` only when adaptive. */
  readonly limit: number;
  /** Loans so far. */
  readonly acquired: number;
  /** Resources opened so far. */
  readonly created: number;
  /** Resources closed so far. */
  readonly closed: number;
  /** Borrowers that waited in vain. */
  readonly timeouts: number;
  readonly createFailures: number;
  /** Leak reports. */
  readonly leaks: number;
  /** Leases ended twice or used after their end. */
  readonly misuse: number;
}
