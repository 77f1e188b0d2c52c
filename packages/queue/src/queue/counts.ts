import type { JobState } from '../job/job-state.ts';

/** Jobs by state, exact, of one instant per shard; done, dead and cancelled count what is retained. */
export type Counts = Readonly<Record<JobState, number>> & { readonly paused: boolean; readonly totals: Totals };

/** Counts since the queue exists. */
export interface Totals {
  readonly added: number;
  readonly done: number;
  readonly dead: number;
  readonly cancelled: number;
  /** Attempts. */
  readonly failed: number;
  /** Leases. */
  readonly lost: number;
}
