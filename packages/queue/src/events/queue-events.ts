import type { DeadReason, JobError } from '../job/job-error.ts';

/** What `watch` tells of; a callback that throws is logged. */
export interface QueueEvents {
  readonly added?: ((event: QueueEvent) => void) | undefined;
  readonly started?: ((event: QueueEvent) => void) | undefined;
  readonly progress?: ((event: QueueEvent) => void) | undefined;
  readonly done?: ((event: QueueEvent) => void) | undefined;
  readonly retry?: ((event: QueueEvent) => void) | undefined;
  readonly dead?: ((event: QueueEvent) => void) | undefined;
  readonly cancelled?: ((event: QueueEvent) => void) | undefined;
  readonly lost?: ((event: QueueEvent) => void) | undefined;
  readonly stuck?: ((event: QueueEvent) => void) | undefined;
  readonly missed?: ((event: MissedEvent) => void) | undefined;
  readonly paused?: ((event: QueueEvent) => void) | undefined;
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
