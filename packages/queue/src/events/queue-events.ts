import type { DeadReason, JobError } from '../job/job-error.ts';

/** What `watch` tells of; a callback that throws is logged. */
export interface QueueEvents {
  /** A job was added: by a caller, in a flow, by a schedule, or under a `latest` key when the job before it settled. */
  readonly added?: ((event: QueueEvent) => void) | undefined;
  /** A handler was called. */
  readonly started?: ((event: QueueEvent) => void) | undefined;
  /** A handler told of its progress. */
  readonly progress?: ((event: QueueEvent) => void) | undefined;
  /** A job is done. */
  readonly done?: ((event: QueueEvent) => void) | undefined;
  /** An attempt failed and is tried again. */
  readonly retry?: ((event: QueueEvent) => void) | undefined;
  /** A job is a dead letter. */
  readonly dead?: ((event: QueueEvent) => void) | undefined;
  /** A job was cancelled. */
  readonly cancelled?: ((event: QueueEvent) => void) | undefined;
  /** A lease ended without a report. */
  readonly lost?: ((event: QueueEvent) => void) | undefined;
  /** A handler did not end after its signal aborted. */
  readonly stuck?: ((event: QueueEvent) => void) | undefined;
  /** Slots of a schedule were dropped. */
  readonly missed?: ((event: MissedEvent) => void) | undefined;
  /** The queue was paused. */
  readonly paused?: ((event: QueueEvent) => void) | undefined;
  /** The queue was resumed. */
  readonly resumed?: ((event: QueueEvent) => void) | undefined;
  /** Events may have been dropped. */
  readonly gap?: (() => void) | undefined;
}

/** Something that happened to a job; `id` and `type` are empty where the queue itself is meant. */
export interface QueueEvent {
  readonly id: string;
  readonly type: string;
  /** Epoch ms of the engine. */
  readonly at: number;
  readonly attempt?: number | undefined;
  readonly delivery?: number | undefined;
  readonly data?: unknown;
  readonly result?: unknown;
  readonly progress?: unknown;
  readonly error?: JobError | undefined;
  readonly reason?: DeadReason | string | undefined;
}

/** Slots of a schedule that made no job because they were missed. */
export interface MissedEvent {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly schedule: string;
  readonly dropped: number;
}
