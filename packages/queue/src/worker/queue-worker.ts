import { type Clock, isXcError } from '@xc/core';
import type { CancelledLease } from '../engine/step-reply.ts';
import type { Settle } from '../engine/step-request.ts';
import { duration, refuseUnknown } from '../option-checks.ts';
import { closedError } from '../queue/closed-error.ts';
import type { ScheduleRunner } from '../schedules/schedule-runner.ts';
import type { HandlerTable } from './handler-table.ts';
import { stopping } from './lease-errors.ts';
import type { StopReport, Worker } from './worker.ts';
import { WorkerCore } from './worker-core.ts';
import type { WorkerHome } from './worker-home.ts';
import { checkConcurrency, type WorkerSettings } from './worker-settings.ts';

// However short the grace, what has ended is reported where the engine answers.
const leastFlushMs = 1_000;

interface Waiter {
  /** The first step whose answer counts. */
  readonly from: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A worker as its owner sees it: started, paused, awaited, stopped. */
export class QueueWorker implements Worker {
  readonly #home: WorkerHome;
  readonly #settings: WorkerSettings;
  readonly #core: WorkerCore;
  readonly #gone: () => void;
  #answered = false;
  #failure: unknown;
  #complained = false;
  #ready: Waiter[] = [];
  #idle: Waiter[] = [];
  #paused = false;
  #stop: Promise<StopReport> | undefined;
  #stopping = false;
  #stopped = false;
  #quietened: (() => void) | undefined;
  readonly #tally = { finished: 0, handedBack: 0 };

  /** @param gone - Called when the worker has stopped. */
  constructor(
    home: WorkerHome,
    settings: WorkerSettings,
    table: HandlerTable,
    schedules: ScheduleRunner | undefined,
    gone: () => void,
  ) {
    this.#home = home;
    this.#settings = settings;
    this.#gone = gone;
    this.#core = new WorkerCore(home, settings, table, schedules, {
      ended: (settle) => this.#ended(settle),
      answered: (step, found) => this.#answer(step, found),
      failed: (error) => this.#failed(error),
    });
    void this.#core.line.run();
    this.#core.line.poke();
  }

  get id(): string {
    return this.#core.id;
  }

  get running(): number {
    return this.#core.runs.running;
  }

  get stuck(): number {
    return this.#core.runs.stuck;
  }

  get maxStuck(): number {
    return this.#settings.maxStuck;
  }

  async ready(): Promise<void> {
    if (this.#answered) return;
    if (this.#stop !== undefined) throw closedError(this.#home.settings.name);
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((resolve, reject) => this.#ready.push({ from: 0, resolve, reject }));
  }

  async idle(): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve, reject) => {
      this.#idle.push({ from: this.#core.nextStep, resolve, reject });
      this.#core.look();
    });
  }

  setConcurrency(n: number): void {
    this.#core.intake.concurrency = checkConcurrency(n);
    this.#core.intake.start();
    this.#core.look();
  }

  pause(): void {
    this.#paused = true;
    this.#close();
  }

  resume(): void {
    if (!this.#paused || this.#stopping) return;
    this.#paused = false;
    this.#core.intake.closed = false;
    this.#core.look();
  }

  /** There may be something to do. */
  wake(): void {
    this.#core.look();
  }

  cancelled(leases: readonly CancelledLease[]): void {
    this.#core.cancelled(leases);
  }

  /** The queue was paused or resumed by somebody. */
  queuePaused(paused: boolean): void {
    if (paused) this.#core.intake.handBack();
    this.#core.look();
  }

  stop(options: { readonly graceMs?: number | undefined } = {}): Promise<StopReport> {
    if (this.#stop !== undefined) return this.#stop;
    try {
      refuseUnknown(options, ['graceMs']);
      const { graceMs = this.#settings.graceMs } = options;
      duration('graceMs', graceMs);
      this.#stopping = true;
      this.#stop = this.#stopNow(graceMs);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#stop;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stopNow(graceMs: number): Promise<StopReport> {
    const { name, clock } = this.#home.settings;
    this.#close();
    await this.#quiet(clock, graceMs);
    for (const attempt of [...this.#core.held.values()]) this.#core.runs.abort(attempt, 'stop', stopping(name));
    await this.#quiet(clock, this.#settings.abortGraceMs);
    const left = [...this.#core.held.values()].filter(({ state }) => state === 'running');
    for (const attempt of left) this.#core.runs.abandon(attempt);
    await within(clock, Math.max(this.#settings.abortGraceMs, leastFlushMs), this.#core.line.drained());
    this.#core.end();
    await this.#leave(clock);
    this.#stopped = true;
    for (const { reject } of this.#ready.splice(0)) reject(closedError(name));
    for (const { resolve } of this.#idle.splice(0)) resolve();
    this.#gone();
    return { ...this.#tally, abandoned: left.length };
  }

  /** Takes nothing more, and says so; what has not started goes back. */
  #close(): void {
    this.#core.intake.closed = true;
    this.#core.intake.handBack();
    this.#core.look();
  }

  /** Resolves when no handler runs, at the latest after `ms`. */
  async #quiet(clock: Clock, ms: number): Promise<void> {
    if (this.#core.runs.running === 0) return;
    const quiet = new Promise<void>((resolve) => {
      this.#quietened = resolve;
    });
    await within(clock, ms, quiet);
  }

  async #leave(clock: Clock): Promise<void> {
    if (!this.#answered) return;
    const leaving = this.#home.engine.control('leave', { worker: this.id });
    // Where the engine does not answer, it forgets the worker by itself.
    await within(
      clock,
      leastFlushMs,
      leaving.catch(() => {}),
    );
  }

  #ended(settle: Settle | undefined): void {
    if (this.#stopping && settle !== undefined) {
      if (settle.kind === 'release') this.#tally.handedBack += 1;
      else this.#tally.finished += 1;
    }
    if (this.#core.runs.running === 0) this.#quietened?.();
  }

  #answer(step: number, found: boolean): void {
    this.#answered = true;
    this.#failure = undefined;
    this.#complained = false;
    for (const { resolve } of this.#ready.splice(0)) resolve();
    // What is not over now ends with another step.
    if (found || this.#idle.length === 0 || !this.#core.quiet) return;
    for (const { resolve } of this.#idle.filter(({ from }) => from <= step)) resolve();
    this.#idle = this.#idle.filter(({ from }) => from > step);
  }

  #failed(error: unknown): void {
    const { logger, name } = this.#home.settings;
    if (!this.#complained) logger.warn({ err: error, queue: name, worker: this.id }, 'a step was not answered');
    this.#complained = true;
    if (isXcError(error) && error.retryable) return;
    // It will not get better by itself: who waits for the first answer is told.
    this.#failure = error;
    for (const { reject } of this.#ready.splice(0)) reject(error);
  }
}

/** Waits for `done`, at most `ms`. The process stays open meanwhile. */
async function within(clock: Clock, ms: number, done: Promise<unknown>): Promise<void> {
  if (ms === 0) return;
  const enough = new AbortController();
  const slept = clock.sleep(ms, enough.signal).catch(() => {});
  await Promise.race([done, slept]);
  enough.abort();
}
