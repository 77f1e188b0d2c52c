import type { Clock, RunOptions, Task } from '@xc/core';
import type { Attempt, Follower } from './attempt.ts';
import type { Call } from './call.ts';
import { Context } from './context.ts';
import { DeadlineError } from './deadline-error.ts';
import type { Frame, Scope, Stage } from './frame.ts';

type State = 'running' | 'fulfilled' | 'rejected';

/**
 * One run of a program of stages: the outermost frame, the promise that the caller holds, and the only listener on the
 * caller's signal.
 *
 * A run that nobody interrupts costs this object, one pass per policy, one context and one promise; `bench/` guards it.
 */
export class Run implements Frame, Scope, Call, Follower {
  readonly task: Task<unknown>;
  readonly clock: Clock;
  readonly key: string | undefined;
  readonly idempotent: boolean | undefined;
  readonly priority: number;
  readonly attempt: number;
  readonly hedge: number;
  readonly deadline: number | undefined;
  readonly bounded: boolean;
  /** The attempt whose context was handed in as options. */
  readonly outer: Attempt | undefined;
  inner: Frame | undefined;
  readonly #signal: AbortSignal | undefined;
  #listener: (() => void) | undefined;
  #now: number | undefined;
  #state: State = 'running';
  #outcome: unknown;
  #resolve: ((value: unknown) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(task: Task<unknown>, options: RunOptions | undefined, clock: Clock) {
    const outer = options === undefined ? undefined : Context.attemptOf(options);
    this.task = task;
    this.clock = clock;
    this.outer = outer;
    if (outer !== undefined) {
      this.key = outer.call.key;
      this.idempotent = outer.call.idempotent;
      this.priority = outer.call.priority;
      this.attempt = outer.attempt;
      this.hedge = outer.hedge;
      this.deadline = outer.deadline;
      this.bounded = outer.bounded;
    } else {
      this.key = options?.key;
      this.idempotent = options?.idempotent;
      this.priority = options?.priority ?? 0;
      this.attempt = 1;
      this.hedge = 0;
      this.deadline = options?.deadline;
      this.bounded = false;
      this.#signal = options?.signal;
    }
  }

  /** Goes through `first` and whatever follows it, unless the caller has given up already or its deadline has passed. */
  start(first: Stage): Promise<unknown> {
    if (this.outer?.aborted) return Promise.reject(this.outer.reason);
    if (this.#signal?.aborted) return Promise.reject(this.#signal.reason);
    if (this.deadline !== undefined && this.deadline <= this.time(this.clock)) {
      return Promise.reject(new DeadlineError(this.deadline));
    }
    this.outer?.follow(this);
    if (this.#signal !== undefined) this.#listen(this.#signal);
    try {
      first.enter(this, this, this);
    } catch (defect) {
      this.crash(defect);
    }
    if (this.#state === 'fulfilled') return Promise.resolve(this.#outcome);
    if (this.#state === 'rejected') return Promise.reject(this.#outcome);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get over(): boolean {
    return this.#state !== 'running';
  }

  time(clock: Clock): number {
    if (clock !== this.clock) return clock.monotonic();
    this.#now ??= clock.monotonic();
    return this.#now;
  }

  turn(): void {
    this.#now = undefined;
  }

  fulfilled(value: unknown): void {
    if (this.#state !== 'running') return;
    this.#state = 'fulfilled';
    this.#outcome = value;
    this.#release();
    this.#resolve?.(value);
  }

  rejected(error: unknown): void {
    if (this.#state !== 'running') return;
    this.#state = 'rejected';
    this.#outcome = error;
    this.#release();
    this.#reject?.(error);
  }

  /** The caller gives up: the promise rejects in this very turn, and all that goes on inside is cancelled. */
  abort(reason: unknown): void {
    this.crash(reason);
  }

  crash(error: unknown): void {
    if (this.#state !== 'running') return;
    const inner = this.inner;
    this.rejected(error);
    inner?.cancel(error);
  }

  // A run is the outermost frame of its own passes: only an attempt outside aborts it.
  cancel(reason: unknown): void {
    this.abort(reason);
  }

  #listen(signal: AbortSignal): void {
    this.#listener = () => this.abort(signal.reason);
    signal.addEventListener('abort', this.#listener);
  }

  #release(): void {
    this.inner = undefined;
    this.outer?.unfollow(this);
    if (this.#listener !== undefined) this.#signal?.removeEventListener('abort', this.#listener);
  }
}
