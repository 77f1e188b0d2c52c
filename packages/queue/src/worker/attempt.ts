import type { Timer, XcError } from '@xc/core';
import type { LeasedJob } from '../engine/step-reply.ts';
import type { Job } from '../job/job.ts';
import type { PendingProgress } from './pending-progress.ts';

/** Why the signal of an attempt aborted. */
export type AbortCause = 'timeout' | 'cancel' | 'lost' | 'stop';

/**
 * One job under one lease, from the reply that brought it to the report that ends it. `held`: leased and not started; `running`;
 * `stuck`: its slot was given free though the handler goes on; `ended`.
 */
export class Attempt {
  readonly leased: LeasedJob;
  /** Monotonic ms when the step was sent that last confirmed the lease. */
  confirmedAt: number;
  state: 'held' | 'running' | 'stuck' | 'ended' = 'held';
  /** Monotonic ms. */
  startedAt = 0;
  data: unknown;
  /** Made by the worker when the handler is called. */
  job: Job | undefined;
  /** The first cause counts; a lost lease takes the place of any other. */
  cause: AbortCause | undefined;
  reason: XcError | undefined;
  /** What the canceller said. */
  cancelReason: string | undefined;
  progress: PendingProgress | undefined;
  /** Runs of `once` by name, so that two calls share one. */
  once: Map<string, Promise<unknown>> | undefined;
  #controller: AbortController | undefined;
  #timeout: Timer | undefined;
  #grace: Timer | undefined;

  constructor(leased: LeasedJob, confirmedAt: number) {
    this.leased = leased;
    this.confirmedAt = confirmedAt;
  }

  /** Whether the lease still counts on this side: nothing was reported for it, and it was not given up. */
  get live(): boolean {
    return (this.state === 'running' || this.state === 'held') && this.cause !== 'lost';
  }

  /** Made on first read: most handlers never look. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.reason !== undefined) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  /** Aborts the signal. Returns whether this was the first time. */
  abort(cause: AbortCause, reason: XcError): boolean {
    const first = this.cause === undefined;
    if (first || cause === 'lost') {
      this.cause = cause;
      this.reason ??= reason;
    }
    if (first) this.#controller?.abort(reason);
    return first;
  }

  set timeout(timer: Timer) {
    this.#timeout = timer;
  }

  /** Runs from the abort until the handler counts as stuck. */
  set grace(timer: Timer) {
    this.#grace = timer;
  }

  clearTimers(): void {
    this.#timeout?.cancel();
    this.#grace?.cancel();
  }
}
