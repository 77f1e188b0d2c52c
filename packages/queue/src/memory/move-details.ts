import type { DeadReason, JobError } from '../job/job-error.ts';

/** What a transition needs to know besides its row. */
export interface MoveDetails {
  /** When it is due, where it is delayed. */
  readonly dueAt?: number;
  /** Whether it goes before those that wait. */
  readonly first?: boolean;
  /** Whether its key waits for it while it is delayed. */
  readonly hold?: boolean;
  readonly result?: Uint8Array | undefined;
  readonly error?: JobError | undefined;
  /** Of a discard, else the row's. */
  readonly dead?: DeadReason | undefined;
  /** Of a cancel. */
  readonly reason?: string | undefined;
}
