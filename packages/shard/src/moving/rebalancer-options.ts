import type { Backoff, Clock, Lock, Logger, Meter } from '@xc/core';
import type { TopologyStore } from '../topology/topology-store.ts';
import type { DataAdapter } from './data-adapter.ts';
import type { Journal } from './journal.ts';
import type { MoveFacts } from './rebalancer.ts';

/** How the contents of both sides are compared before a switch. */
export interface VerifyOptions {
  /** Digests of a partition; a bucket that differs is compared row by row. @defaultValue 256 */
  readonly buckets?: number;
  /** How often keys that differ are caught up and looked at again. @defaultValue 5 */
  readonly rounds?: number;
  /** Copies rows that still differ once more, and removes those that only the target has. @defaultValue true */
  readonly repair?: boolean;
}

/** Options of `createRebalancer`. */
export interface RebalancerOptions {
  readonly store: TopologyStore;
  readonly journal: Journal;
  readonly adapter: DataAdapter;
  /** Keeps two processes from working on one job at a time; safe without, only wasteful. */
  readonly lock?: Lock;
  /** Rows copied at a time. @defaultValue 500 */
  readonly batchRows?: number;
  /** Moves that touch one shard at a time. @defaultValue 1 */
  readonly perShard?: number;
  /** Moves at a time. @defaultValue 4 */
  readonly total?: number;
  /** The switch is tried once the target is behind by no more rows than these. @defaultValue 100 */
  readonly catchUpRows?: number;
  /** The longest that writes stand still for one attempt to switch. @defaultValue 5_000 */
  readonly fenceMs?: number;
  /** @defaultValue 10 */
  readonly cutoverAttempts?: number;
  readonly verify?: VerifyOptions;
  /**
   * How long `finish` leaves the source of a switch alone, so that it can be reversed; 0: cleaned up by `run`. Nobody cleans up by
   * himself: until somebody finishes the job, after that time too, `reverse` brings everything back. What is written at the
   * target meanwhile is brought to the source every second while the process of the last command lives, and stays noted at the
   * target while it does not.
   * @defaultValue 3_600_000
   */
  readonly keepSourceMs?: number;
  /** Adapters with fencing 'lease': how long a router may go on writing after its last good look. @defaultValue 5_000 */
  readonly leaseMs?: number;
  /** Milliseconds to pause before the next batch. @defaultValue none */
  readonly throttle?: (facts: MoveFacts) => number;
  /**
   * How often an adapter's call is tried before its move fails, and how long is waited between.
   * @defaultValue 5 times, from 100 ms to 5 s apart
   */
  readonly retry?: { readonly attempts?: number /* 5 */; readonly backoff?: Backoff };
  /**
   * Told of each move, at most once a second and at each change of its phase. When it throws, or its promise rejects, that is
   * logged, and the move goes on.
   */
  readonly onProgress?: (facts: MoveFacts) => void;
  /** @defaultValue the clock of the machine */
  readonly clock?: Clock;
  /** One that throws decides about no move, and neither does a logger. */
  readonly meter?: Meter;
  readonly logger?: Logger;
}
