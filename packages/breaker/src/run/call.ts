import type { Clock, Task } from '@xc/core';

/** What the caller said of a run. */
export interface Facts {
  readonly key: string | undefined;
  readonly idempotent: boolean | undefined;
  readonly priority: number;
}

/** What all passes of one run share. */
export interface Call {
  readonly task: Task<unknown>;
  readonly facts: Facts;
  /**
   * The run has settled. A pass that has let code of the user run, a listener or a predicate, must look before it goes on:
   * that code may have aborted the run, and everybody outside is cancelled then.
   */
  readonly over: boolean;
  /** Nobody can end this run before its task ends, and no promise of a task carries its outcome yet. */
  readonly carriable: boolean;
  /** Monotonic milliseconds. Policies that are entered in the same turn share one reading of their clock. */
  time(clock: Clock): number;
  /** Begins a new turn after a wait: the next `time` reads the clock. */
  turn(): void;
  /** Makes `promise`, which settles with `answer`, the promise that the caller gets: it saves a promise of our own. */
  carry(promise: Promise<unknown>): void;
  /** Gives the outcome of the run, throws it, or gives a promise of it while the run goes on. */
  answer(): unknown;
  /** Ends the run with an error that no policy answers for: something that was handed in broke its contract. */
  crash(error: unknown): void;
}
