import type { Keep } from '../queue/keep.ts';
import type { Rate } from '../queue/rate.ts';

/**
 * What a queue was created with, as far as an engine decides by it. A member that is `undefined` was not given: what the queue has
 * already stays, else the default counts. One that is given and differs from what the queue has is written, and told to the sink.
 */
export interface QueuePolicy {
  /** Names of the lanes, from first to last. Must be those that the queue has. */
  readonly lanes: readonly string[];
  /** Leases lost in a row until a job is dead as `poison`. Not stored: the sweeping worker's counts. */
  readonly maxLostLeases: number;
  /** Waiting and delayed jobs above which adds are refused. Not stored. */
  readonly maxWaiting: number | undefined;
  /** Done and dead jobs that are kept; each that is given replaces its default as a whole. */
  readonly keep: { readonly done?: Keep | undefined; readonly dead?: Keep | undefined } | undefined;
  readonly perKey:
    | {
        readonly concurrency?: number | undefined;
        readonly rate?: Rate | undefined;
        readonly onRetry?: 'wait' | 'pass' | undefined;
      }
    | undefined;
  /** Leases of the whole queue. */
  readonly concurrency: number | undefined;
  /** Starts of the whole queue. */
  readonly rate: Rate | undefined;
}
