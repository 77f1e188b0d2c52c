import { AsyncResource } from 'node:async_hooks';
import { type Clock, isXcError, type Timer, XcError } from '@xc/core';
import type { Call } from '../run/call.ts';
import { DeadlineError } from '../run/deadline-error.ts';
import type { Frame, Scope, Stage } from '../run/frame.ts';
import { resume } from '../run/resume.ts';
import { firstTry, Run } from '../run/run.ts';
import { BulkheadFullError } from './bulkhead-full-error.ts';
import type { BulkheadMetrics } from './bulkhead-metrics.ts';
import { BulkheadWaitError } from './bulkhead-wait-error.ts';
import type { Applicant, Slots } from './slots.ts';

/** What all passes through one bulkhead share. */
export interface BulkheadRules {
  readonly name: string;
  readonly clock: Clock;
  readonly metrics: BulkheadMetrics;
  readonly maxWaitMs: number;
  readonly releaseOnTimeout: boolean;
  readonly adapts: boolean;
  readonly slots: Slots;
}

/** The part of a pass that only a call needs which has to wait. */
interface Wait {
  readonly since: number;
  timer: Timer | undefined;
  /** What ends the wait is somebody else's call: ours must not go on in the async context of that one. */
  readonly context: AsyncResource;
}

/** One pass through a bulkhead: waits for a slot, and holds it until every task beneath has ended. */
export class BulkheadFrame implements Frame, Applicant {
  static readonly resident: BulkheadFrame = new this(
    {} as BulkheadRules,
    {} as Stage,
    Run.resident,
    firstTry,
    Run.resident,
  );

  readonly outer: Frame;
  inner: Frame | undefined;
  previous: Applicant | undefined;
  next: Applicant | undefined;
  private readonly rules: BulkheadRules;
  private readonly following: Stage;
  private readonly scope: Scope;
  private readonly call: Call;
  private state: 'waiting' | 'running' | 'answered' | 'released';
  private wait: Wait | undefined;
  /** Tasks beneath that go on although nobody waits for them any more. */
  private lingering: number;
  private startedAt: number;
  private inFlightAtStart: number;

  constructor(rules: BulkheadRules, following: Stage, outer: Frame, scope: Scope, call: Call) {
    this.outer = outer;
    this.inner = undefined;
    this.previous = undefined;
    this.next = undefined;
    this.rules = rules;
    this.following = following;
    this.scope = scope;
    this.call = call;
    this.state = 'waiting';
    this.wait = undefined;
    this.lingering = 0;
    this.startedAt = Number.NaN;
    this.inFlightAtStart = 0;
    outer.inner = this;
  }

  get priority(): number {
    return this.call.facts.priority || 0;
  }

  granted(): void {
    this.state = 'running';
    if (this.wait === undefined) {
      this.begin();
      this.following.enter(this, this.scope, this.call);
      return;
    }
    this.endWait(() => {
      this.call.turn();
      this.begin();
      resume(this.following, this, this.scope, this.call, this.rules.clock);
    });
  }

  queued(): void {
    const { clock, maxWaitMs } = this.rules;
    const since = this.call.time(clock);
    const wait: Wait = { since, timer: undefined, context: new AsyncResource('XcBulkheadWait') };
    this.wait = wait;
    const { bounded, deadline } = this.scope;
    if (deadline === undefined || deadline >= since + maxWaitMs) {
      wait.timer = clock.after(maxWaitMs, () => this.waitedInVain(undefined));
    } else if (!bounded) {
      // Somebody outside would end a bounded call at its deadline.
      wait.timer = clock.after(deadline - since, () => this.waitedInVain(deadline));
    }
  }

  refused(reason: 'full' | 'displaced' | 'draining'): void {
    const { metrics, name } = this.rules;
    this.state = 'released';
    this.outer.inner = undefined;
    metrics[reason].inc();
    const error =
      reason === 'draining'
        ? new XcError('XC_BREAKER_DRAINING', `bulkhead ${name} is draining`, { details: { refusedBy: name } })
        : new BulkheadFullError(name, this.facts());
    if (this.wait === undefined) this.outer.rejected(error);
    else this.endWait(() => this.outer.rejected(error));
  }

  fulfilled(value: unknown): void {
    this.outer.inner = undefined;
    this.answer(false, true);
    // Who waits comes after who is told: it may be another attempt of this very call, which nobody needs any more.
    try {
      if (!this.call.over) this.outer.fulfilled(value);
    } finally {
      this.rules.slots.grantWaiting();
    }
  }

  rejected(error: unknown): void {
    this.outer.inner = undefined;
    const timedOut = isXcError(error, 'XC_BREAKER_TIMEOUT');
    this.answer(timedOut, timedOut);
    try {
      if (!this.call.over) this.outer.rejected(error);
    } finally {
      this.rules.slots.grantWaiting();
    }
  }

  cancel(reason: unknown): void {
    if (this.state === 'waiting') {
      this.rules.slots.leave(this);
      this.state = 'released';
      this.stopTimer();
      return;
    }
    // A task beneath tells that it lingers before the slot is looked at.
    this.inner?.cancel(reason);
    const timedOut = isXcError(reason, 'XC_BREAKER_TIMEOUT');
    this.answer(timedOut, timedOut);
    this.rules.slots.grantWaiting();
  }

  lingers(by: 1 | -1): void {
    this.lingering += by;
    if (this.state !== 'answered' || this.lingering > 0) return;
    this.release();
    this.rules.slots.grantWaiting();
  }

  private begin(): void {
    if (!this.rules.adapts) return;
    this.startedAt = this.call.time(this.rules.clock);
    this.inFlightAtStart = this.rules.slots.inFlight;
  }

  private answer(timedOut: boolean, sampled: boolean): void {
    const { adapts, clock, releaseOnTimeout, slots } = this.rules;
    this.state = 'answered';
    try {
      if (adapts && sampled) slots.limit.sample(clock.monotonic() - this.startedAt, this.inFlightAtStart, timedOut);
    } finally {
      if (this.lingering === 0 || (timedOut && releaseOnTimeout)) this.release();
    }
  }

  private release(): void {
    this.state = 'released';
    this.rules.slots.release();
  }

  /** At the deadline, or when the call has waited as long as calls may. */
  private waitedInVain(deadline: number | undefined): void {
    const { metrics, name, slots } = this.rules;
    slots.leave(this);
    this.state = 'released';
    this.outer.inner = undefined;
    if (deadline === undefined) metrics.wait.inc();
    const error = deadline === undefined ? new BulkheadWaitError(name, this.facts()) : new DeadlineError(deadline);
    this.endWait(() => this.outer.rejected(error));
  }

  private endWait(goOn: () => void): void {
    const context = this.wait?.context;
    this.stopTimer();
    context?.runInAsyncScope(() => {
      try {
        goOn();
      } catch (defect) {
        this.call.crash(defect);
      }
    });
  }

  private stopTimer(): void {
    if (this.wait === undefined) return;
    this.rules.metrics.waitSeconds.record(this.waitedMs() / 1000);
    this.wait.timer?.cancel();
    this.wait = undefined;
  }

  private waitedMs(): number {
    return this.wait === undefined ? 0 : this.rules.clock.monotonic() - this.wait.since;
  }

  private facts(): { readonly limit: number; readonly queued: number; readonly waitedMs: number } {
    const { limit, queued } = this.rules.slots;
    return { limit: limit.current, queued, waitedMs: this.waitedMs() };
  }
}
