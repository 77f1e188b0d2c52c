import type { DeadReason, JobError } from '../job/job-error.ts';
import type { JobState } from '../job/job-state.ts';
import type { JobRecord } from './job-record.ts';

/** All that an engine knows of a job. */
export interface StoredJob {
  readonly id: string;
  readonly state: JobState;
  readonly record: JobRecord;
  readonly attempt: number;
  /** Leases so far; 0 before the first. */
  readonly delivery: number;
  readonly lostLeases: number;
  readonly addedAt: number;
  readonly dueAt: number;
  readonly startedAt: number | undefined;
  readonly settledAt: number | undefined;
  readonly progress: Uint8Array | undefined;
  readonly logs: readonly string[];
  readonly result: Uint8Array | undefined;
  /** Why it is dead, or was cancelled. */
  readonly reason: string | undefined;
  readonly error: JobError | undefined;
  readonly flow: { readonly id: string; readonly name: string } | undefined;
  readonly redrives: readonly { readonly at: number; readonly by: string | undefined }[];
}

/** How a job ended. */
export type SettledJob =
  | { readonly id: string; readonly state: 'done'; readonly result: Uint8Array | undefined }
  | { readonly id: string; readonly state: 'dead'; readonly reason: DeadReason; readonly error: JobError | undefined }
  | { readonly id: string; readonly state: 'cancelled'; readonly reason: string | undefined }
  /** There is no such job, or none any more. */
  | { readonly id: string; readonly state: 'missing' };
