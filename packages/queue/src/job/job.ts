import type { JobError } from './job-error.ts';
import type { JobState } from './job-state.ts';

/** A job as its handler sees it, for one attempt. */
export interface Job<In = unknown> {
  readonly id: string;
  readonly type: string;
  /** Decoded anew for each attempt. */
  readonly data: In;
  readonly lane: string;
  readonly key: string | undefined;
  /** 1 + reported failures. */
  readonly attempt: number;
  /** 1 + earlier leases; grows on every lease, whatever ended the last one. */
  readonly delivery: number;
  /** Grows with every lease of this queue (of this shard, hence of this key): let the store refuse older ones. */
  readonly fence: bigint;
  /** Epoch ms of the engine. */
  readonly addedAt: number;
  readonly dueAt: number;
  /** The slot of the schedule that made it, jitter not included. */
  readonly scheduledFor: number | undefined;
  /** Of the attempt before. */
  readonly lastError: JobError | undefined;
  /** Created on first read; aborts on timeout, cancel, lost lease, and after the grace of `stop`. */
  readonly signal: AbortSignal;
  /** The last one wins; sent at most every 100 ms and before the settle. @throws XcError XC_QUEUE_LOST_LEASE */
  progress(value: unknown): Promise<void>;
  /** Keeps the last 100 lines of 1,000 characters. @throws XcError XC_QUEUE_LOST_LEASE */
  log(line: string): Promise<void>;
  /**
   * Runs `fn` unless its result is recorded for this job: effects of earlier attempts are not repeated. A crash between effect and
   * record runs it again.
   *
   * @throws XcError XC_QUEUE_LOST_LEASE where the result could not be recorded.
   */
  once<T>(name: string, fn: () => T | PromiseLike<T>): Promise<T>;
  /** What this job's flow edges delivered, by node name: a result of what is done, the last error of what is dead. */
  dependencies(): Promise<Readonly<Record<string, Dependency>>>;
}

/** What one flow edge delivered. */
export interface Dependency {
  readonly state: JobState;
  readonly result?: unknown;
  readonly error?: JobError | undefined;
}
