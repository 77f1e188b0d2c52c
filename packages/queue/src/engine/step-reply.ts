import type { JobError } from '../job/job-error.ts';
import type { EngineEvent } from './engine-event.ts';
import type { JobRecord } from './job-record.ts';
import type { Lease } from './step-request.ts';
import type { StoredSchedule } from './stored-schedule.ts';

/** What a worker gets for a step. */
export interface StepReply {
  /** One per settle, in order. */
  readonly verdicts: readonly SettleVerdict[];
  /** One per progress report, in order: false where the lease had ended. */
  readonly progressed: readonly boolean[];
  /** One per renewal, in order: false where the lease had ended. */
  readonly renewed: readonly boolean[];
  /** Those of the renewals whose job was cancelled. */
  readonly cancelled: readonly CancelledLease[];
  /** Leased to this worker; the first `want` may start at once, the rest are ahead. */
  readonly jobs: readonly LeasedJob[];
  /** When it is worth to look again: the next due job, key, lease end or (where asked) slot; `undefined` if there is none. */
  readonly nextDue: number | undefined;
  /** No start before then because of the queue's rate. */
  readonly limitedUntil: number | undefined;
  readonly dueSchedules: readonly StoredSchedule[];
  readonly paused: boolean;
  /** What this step did to other jobs: `lost`, `dead`, `cancelled` by housekeeping, `added` by the end of one that they were to follow. */
  readonly aside: readonly EngineEvent[];
  /** Engine time of the step. */
  readonly now: number;
  /** How far that was into its millisecond, where the engine knows: from 0 to below 1. @defaultValue 0 */
  readonly nowPart?: number | undefined;
}

/** What became of a settled job; `lost` where the lease had ended and nothing was changed. */
export type SettleVerdict = 'done' | 'retry' | 'dead' | 'cancelled' | 'released' | 'lost';

/** A lease whose job is to be given up. */
export interface CancelledLease extends Lease {
  readonly reason: string | undefined;
}

/** A job, for as long as its lease lasts. */
export interface LeasedJob extends Lease {
  /** 1 + reported failures. */
  readonly attempt: number;
  /** 1 + earlier leases. */
  readonly delivery: number;
  readonly addedAt: number;
  readonly dueAt: number;
  readonly record: JobRecord;
  readonly lastError: JobError | undefined;
  /** Whether it has flow edges, so that `dependencies` has something to tell. */
  readonly inFlow: boolean;
}
