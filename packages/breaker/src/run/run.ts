import { type Clock, type RunOptions, systemClock, type Task } from '@xc/core';
import { shown } from '../options.ts';
import type { Attempt, Follower } from './attempt.ts';
import type { AttemptContext } from './attempt-context.ts';
import type { Call, Facts } from './call.ts';
import { Context } from './context.ts';
import { DeadlineError } from './deadline-error.ts';
import type { Frame, Scope, Stage } from './frame.ts';
import { rejection } from './rejection.ts';
import { checkRunOptions } from './run-options.ts';

const noFacts: Facts = { key: undefined, idempotent: undefined, priority: 0 };
/** The scope of a run that nobody has told anything. */
export const firstTry: Scope = { attempt: 1, hedge: 0, deadline: undefined, bounded: false };

/** How the promise of a run is settled when no promise of a task carries its outcome. */
interface Settle {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * One run of a program of stages: the outermost frame, the promise that the caller holds, and the only listener on the
 * caller's signal.
 */
export class Run implements Frame, Call, Follower {
  static readonly resident: Run = new this(() => {}, systemClock, noFacts, undefined, false);

  readonly task: Task<unknown>;
  readonly clock: Clock;
  readonly facts: Facts;
  /** The attempt whose context was handed in as options. */
  readonly outer: Attempt | undefined;
  inner: Frame | undefined;
  carriable: boolean;
  private state: 'running' | 'fulfilled' | 'rejected';
  private now: number | undefined;
  private outcome: unknown;
  private promise: Promise<unknown> | undefined;
  private settle: Settle | undefined;
  private stopListening: (() => void) | undefined;

  constructor(task: Task<unknown>, clock: Clock, facts: Facts, outer: Attempt | undefined, carriable: boolean) {
    this.task = task;
    this.clock = clock;
    this.facts = facts;
    this.outer = outer;
    this.inner = undefined;
    this.carriable = carriable;
    this.state = 'running';
    this.now = undefined;
    this.outcome = undefined;
    this.promise = undefined;
    this.settle = undefined;
    this.stopListening = undefined;
  }

  /** Runs `task` through `first` and whatever follows it. */
  static start(first: Stage, clock: Clock, task: Task<unknown>, options: RunOptions | undefined): Promise<unknown> {
    if (options === undefined)
      return new Run(task, clock, noFacts, undefined, !first.interrupts).enter(first, firstTry);
    if (typeof options !== 'object' || options === null) {
      throw new TypeError(`options must be an object, got ${shown(options)}`);
    }
    const outer = Context.attemptOf(options);
    if (outer !== undefined) return new Run(task, clock, outer.call.facts, outer, false).follow(first, outer);
    // The other module copy's context is not ours to look into, but it has the same facts.
    const {
      attempt = 1,
      deadline,
      hedge = 0,
      idempotent,
      key,
      priority = 0,
      signal,
    }: Partial<AttemptContext> = options;
    checkRunOptions(signal, deadline, key, idempotent, priority);
    const run = new Run(task, clock, { key, idempotent, priority }, undefined, false);
    const plain = deadline === undefined && attempt === 1 && hedge === 0;
    return run.listen(first, plain ? firstTry : { attempt, hedge, deadline, bounded: false }, signal);
  }

  get over(): boolean {
    return this.state !== 'running';
  }

  time(clock: Clock): number {
    if (clock !== this.clock) return clock.monotonic();
    this.now ??= clock.monotonic();
    return this.now;
  }

  turn(): void {
    this.now = undefined;
  }

  carry(promise: Promise<unknown>): void {
    this.carriable = false;
    this.promise = promise;
  }

  answer(): unknown {
    if (this.state === 'fulfilled') return this.outcome;
    if (this.state === 'rejected') throw this.outcome;
    return this.ownPromise();
  }

  fulfilled(value: unknown): void {
    if (this.state !== 'running') return;
    this.state = 'fulfilled';
    this.outcome = value;
    this.release();
    this.settle?.resolve(value);
  }

  rejected(error: unknown): void {
    if (this.state !== 'running') return;
    this.state = 'rejected';
    this.outcome = error;
    this.release();
    this.settle?.reject(error);
  }

  /** The caller gives up: the promise rejects in this very turn, and all that goes on inside is cancelled. */
  abort(reason: unknown): void {
    this.crash(reason);
  }

  crash(error: unknown): void {
    if (this.state !== 'running') return;
    const { inner } = this;
    this.state = 'rejected';
    this.outcome = error;
    this.release();
    // First: a task that ends at the abort frees what it holds before the caller acts on it.
    try {
      inner?.cancel(error);
    } finally {
      this.settle?.reject(error);
    }
  }

  // A run is the outermost frame of its own passes: only an attempt outside aborts it.
  cancel(reason: unknown): void {
    this.abort(reason);
  }

  private follow(first: Stage, outer: Attempt): Promise<unknown> {
    if (outer.aborted) return Promise.reject(outer.reason);
    const late = this.lateness(outer.scope);
    if (late !== undefined) return Promise.reject(late);
    outer.follow(this);
    return this.enter(first, outer.scope);
  }

  private listen(first: Stage, scope: Scope, signal: AbortSignal | undefined): Promise<unknown> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const late = this.lateness(scope);
    if (late !== undefined) return Promise.reject(late);
    if (signal !== undefined) {
      const abort = () => this.abort(signal.reason);
      signal.addEventListener('abort', abort);
      this.stopListening = () => signal.removeEventListener('abort', abort);
    }
    return this.enter(first, scope);
  }

  private lateness({ deadline }: Scope): DeadlineError | undefined {
    return deadline !== undefined && deadline <= this.time(this.clock) ? new DeadlineError(deadline) : undefined;
  }

  private enter(first: Stage, scope: Scope): Promise<unknown> {
    try {
      first.enter(this, scope, this);
    } catch (defect) {
      this.crash(defect);
    }
    this.carriable = false;
    if (this.state === 'fulfilled') return Promise.resolve(this.outcome);
    if (this.state === 'rejected') return rejection(this.outcome);
    return this.promise ?? this.ownPromise();
  }

  private ownPromise(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  private release(): void {
    this.inner = undefined;
    this.outer?.unfollow(this);
    this.stopListening?.();
  }
}
