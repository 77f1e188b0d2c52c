import type { DeadReason, JobError } from './job-error.ts';
import type { JobState } from './job-state.ts';

/** All that is known of a job, at one instant. Times are epoch ms of the engine. */
export interface JobView {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly state: JobState;
  readonly lane: string;
  readonly key: string | undefined;
  /** 1 + reported failures. */
  readonly attempt: number;
  /** Leases so far. */
  readonly delivery: number;
  /** Lost in a row, without a report. */
  readonly lostLeases: number;
  readonly addedAt: number;
  readonly dueAt: number;
  readonly startedAt: number | undefined;
  readonly settledAt: number | undefined;
  readonly progress: unknown;
  readonly logs: readonly string[];
  readonly result: unknown;
  /** Why it is dead ({@link DeadReason}), or what the canceller said. */
  readonly reason: DeadReason | string | undefined;
  readonly error: JobError | undefined;
  /** The flow and its name there. */
  readonly flow: { readonly id: string; readonly name: string } | undefined;
  readonly scheduledFor: number | undefined;
  readonly redrives: readonly { readonly at: number; readonly by: string | undefined }[];
}
