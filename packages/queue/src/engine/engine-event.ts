import type { DeadReason, JobError } from '../job/job-error.ts';

/** Something that happened to a job or to the queue. */
export interface EngineEvent {
  readonly event:
    | 'added'
    | 'started'
    | 'progress'
    | 'done'
    | 'retry'
    | 'dead'
    | 'cancelled'
    | 'lost'
    | 'stuck'
    | 'missed'
    | 'paused'
    | 'resumed';
  /** Empty where the queue itself is meant. */
  readonly id: string;
  /** Of the job. */
  readonly type: string;
  readonly at: number;
  /** Of an added job that follows another. */
  readonly data?: Uint8Array | undefined;
  readonly result?: Uint8Array | undefined;
  readonly progress?: Uint8Array | undefined;
  readonly error?: JobError | undefined;
  /** Of a dead job; of a cancelled one the words of the canceller. */
  readonly reason?: DeadReason | string | undefined;
  readonly attempt?: number | undefined;
  readonly delivery?: number | undefined;
  /** Of a lost lease that a step tells of. */
  readonly fence?: number | undefined;
  /** Of what was missed: the schedule, and how many of its slots were dropped. */
  readonly schedule?: string | undefined;
  readonly dropped?: number | undefined;
}

/** What only a worker sees, and tells to those who watch all processes. */
export type SeenByWorker =
  | {
      readonly event: 'stuck';
      readonly id: string;
      readonly type: string;
      readonly attempt: number;
      readonly delivery: number;
      readonly reason: string;
    }
  | { readonly event: 'missed'; readonly type: string; readonly schedule: string; readonly dropped: number };
