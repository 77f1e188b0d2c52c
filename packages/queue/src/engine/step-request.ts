import type { DeadReason, JobError } from '../job/job-error.ts';

/** What a worker says and asks in one step. */
export interface StepRequest {
  /** Unique over all processes. */
  readonly worker: string;
  /** Grows by one with every step of this worker; the same one again is a repeat, a lower one is too late and has no effect. */
  readonly number: number;
  /** How long renewed and new leases last from the engine's now on. */
  readonly leaseMs: number;
  readonly settles: readonly Settle[];
  readonly progress: readonly ProgressReport[];
  readonly renewals: readonly Lease[];
  /** In the order in which they are asked. A lane that is not named is not taken from. */
  readonly lanes: readonly LaneQuota[];
  /**
   * Handlers that could start now. Each lane gives up to its quota, then each in order what is still wanted. 0: no room. A worker
   * that gets less than it wants is idle: it is woken when there is something for it.
   */
  readonly want: number;
  /** Whether the reply names due schedules, and `nextDue` counts slots. */
  readonly schedules: boolean;
}

/** How much of a lane a worker takes. */
export interface LaneQuota {
  readonly lane: string;
  /** Of `want`. */
  readonly quota: number;
  /** Jobs without key beyond `want`, leased and started later; none while the queue has a rate or a concurrency. */
  readonly ahead: number;
}

/** Names one lease: whoever holds it may renew and settle it. */
export interface Lease {
  readonly id: string;
  /** A safe integer that grows with every lease of the shard. */
  readonly fence: number;
  /** Where the job lives, as the lease said. 0 where there are none. */
  readonly shard: number;
}

/** How a lease ended. A cancelled job ends `cancelled` on everything but `done`. */
export type Settle =
  | (Lease & { readonly kind: 'done'; readonly result: Uint8Array | undefined })
  | (Lease & Failed)
  /** Gives way: back after `delayMs`, at the end of its lane and key, nothing burnt. */
  | (Lease & { readonly kind: 'snooze'; readonly delayMs: number })
  /**
   * Handed back: to the front of its lane (its key), nothing burnt. With a delay it waits that long first, and is for another worker
   * then, where one is idle, as this one does not know its type.
   */
  | (Lease & { readonly kind: 'release'; readonly delayMs: number });

interface Failed {
  readonly kind: 'nack';
  readonly error: JobError;
  /** The job's own, else the queue's: at this attempt it is dead as `failed`. */
  readonly maxAttempts: number;
  /** Until the next attempt. */
  readonly delayMs: number;
  /** Dead at once for this reason, `failed` burns an attempt, the others do not. */
  readonly dead: DeadReason | undefined;
}

/** The last that a handler told of its progress. */
export interface ProgressReport extends Lease {
  readonly value: Uint8Array;
}
