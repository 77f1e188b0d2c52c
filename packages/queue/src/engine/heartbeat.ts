import type { Lease } from './step-request.ts';

/** How leases are to be kept while the event loop is blocked. */
export interface HeartbeatOptions {
  readonly leaseMs: number;
  /** For how long at most. */
  readonly maxBlockMs: number;
}

/** Keeps leases while the event loop of their holder is blocked: from a thread of its own, or by counting that time for renewed afterwards. */
export interface Heartbeat {
  /** These are held now, in place of those that were said before. */
  hold(leases: readonly Lease[]): void;
  /** Monotonic ms of this process when the renewal was sent that last confirmed a lease; `-Infinity` without one. Never waits. */
  confirmedAt(lease: Lease): number;
  /** Keeps nothing any more. */
  close(): void;
}
