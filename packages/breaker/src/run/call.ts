import type { Clock, Task } from '@xc/core';

/** What all passes of one run share. */
export interface Call {
  readonly task: Task<unknown>;
  readonly key: string | undefined;
  readonly idempotent: boolean | undefined;
  readonly priority: number;
  /** The run has settled: code of the user that ran in between has aborted it. */
  readonly over: boolean;
  /** Monotonic milliseconds. Policies that are entered in the same turn share one reading of their clock. */
  time(clock: Clock): number;
  /** Begins a new turn after a wait: the next `time` reads the clock. */
  turn(): void;
  /** Ends the run with an error that no policy answers for: something that was handed in broke its contract. */
  crash(error: unknown): void;
}
