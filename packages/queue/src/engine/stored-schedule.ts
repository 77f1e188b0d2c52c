import type { JobRecord } from './job-record.ts';

/** A schedule as the engine keeps it: what it makes, and where it stands. */
export interface StoredSchedule {
  readonly name: string;
  /** Grows with every `schedule` of this name. */
  readonly revision: number;
  /** The next slot, epoch ms; `undefined` when there is none any more. */
  readonly slot: number | undefined;
  /** When that slot is to become a job: the slot and its jitter. */
  readonly fireAt: number | undefined;
  /** When, policies, options: the calendar's, carried as JSON. */
  readonly spec: string;
  readonly record: JobRecord;
  /** Jobs it has made, under all revisions. */
  readonly made: number;
  /** The last slot that became a job, and that job. */
  readonly lastSlot: number | undefined;
  readonly lastJob: string | undefined;
}
