import type { Clock, CounterCell, Policy, Timer } from '@xc/core';
import {
  oneOf,
  orDefault,
  type PolicyOptions,
  policyEnvironment,
  policyOptionNames,
  positiveDuration,
  refuseUnknown,
} from '../options.ts';
import type { Call } from '../run/call.ts';
import { DeadlineError } from '../run/deadline-error.ts';
import { standalone } from '../run/engine.ts';
import type { Frame, Scope, Stage } from '../run/frame.ts';
import { Leaf } from '../run/leaf.ts';
import { firstTry, Run } from '../run/run.ts';
import { CallTimeoutError } from './call-timeout-error.ts';

/** How a timeout ends a call. */
export interface TimeoutOptions extends PolicyOptions {
  /**
   * `'race'`: the signal aborts and the call rejects at once. `'cooperative'`: the signal aborts, and the call ends when
   * its task does: a value still wins, a rejection becomes the `CallTimeoutError` with that as `cause`.
   * @defaultValue 'race'
   */
  readonly mode?: 'race' | 'cooperative';
}

/**
 * Ends a call after `afterMs` with a `CallTimeoutError`, or with a `DeadlineError` when the deadline of the run comes
 * first. What it wraps sees the earlier of both as `context.deadline`.
 *
 * Costs one timer of the clock per call, and an AbortController only when the task reads `context.signal`.
 *
 * @param afterMs - Milliseconds, above 0.
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function timeout(afterMs: number, options: TimeoutOptions = {}): Policy {
  refuseUnknown(options, ['mode', ...policyOptionNames]);
  positiveDuration('afterMs', afterMs);
  const cooperative = oneOf('mode', orDefault(options.mode, 'race'), ['race', 'cooperative']) === 'cooperative';
  const { clock, meter, name } = policyEnvironment(options, 'timeout');
  const timeouts = meter
    .counter({ name: 'xc_breaker_timeouts_total', help: 'Calls that took longer than allowed.', labels: ['policy'] })
    .at(name);
  return standalone(name, {
    kind: 'timeout',
    clock,
    before: (next) => new TimeoutStage(afterMs, cooperative, clock, timeouts, next),
  });
}

class TimeoutStage implements Stage {
  readonly interrupts = true;
  readonly afterMs: number;
  /** Waits for the task after the abort. A policy of ours in between would give up at the abort, as all of them do. */
  readonly waits: boolean;
  readonly clock: Clock;
  readonly timeouts: CounterCell;
  private readonly next: Stage;

  constructor(afterMs: number, cooperative: boolean, clock: Clock, timeouts: CounterCell, next: Stage) {
    this.afterMs = afterMs;
    this.waits = cooperative && next.leaves === true;
    this.clock = clock;
    this.timeouts = timeouts;
    this.next = next;
  }

  enter(outer: Frame, scope: Scope, call: Call): void {
    const now = call.time(this.clock);
    const end = now + this.afterMs;
    const cut = scope.deadline !== undefined && scope.deadline < end;
    const frame = new TimeoutFrame(this, outer, scope, call, cut ? (scope.deadline as number) : end);
    // When somebody outside ends the call at that deadline, two timers for one instant could only disagree.
    if (!(cut && scope.bounded)) frame.timer = this.clock.after(frame.deadline - now, () => frame.expire(cut));
    this.next.enter(frame, frame, call);
  }
}

class TimeoutFrame implements Frame, Scope {
  static readonly resident: TimeoutFrame = new this(
    {} as TimeoutStage,
    Run.resident,
    firstTry,
    Run.resident,
    Number.NaN,
  );

  readonly outer: Frame;
  inner: Frame | undefined;
  readonly deadline: number;
  timer: Timer | undefined;
  private readonly stage: TimeoutStage;
  private readonly scope: Scope;
  private readonly call: Call;
  /** What the call ends with, from the moment it has expired. */
  private expired: CallTimeoutError | DeadlineError | undefined;

  constructor(stage: TimeoutStage, outer: Frame, scope: Scope, call: Call, deadline: number) {
    this.outer = outer;
    this.inner = undefined;
    this.deadline = deadline;
    this.timer = undefined;
    this.stage = stage;
    this.scope = scope;
    this.call = call;
    this.expired = undefined;
    outer.inner = this;
  }

  get attempt(): number {
    return this.scope.attempt;
  }

  get hedge(): number {
    return this.scope.hedge;
  }

  get bounded(): boolean {
    return true;
  }

  fulfilled(value: unknown): void {
    this.outer.inner = undefined;
    this.timer?.cancel();
    this.outer.fulfilled(value);
  }

  rejected(error: unknown): void {
    this.outer.inner = undefined;
    this.timer?.cancel();
    this.outer.rejected(this.expired === undefined || this.expired === error ? error : this.late(error));
  }

  cancel(reason: unknown): void {
    // Also takes back a report that is on its way.
    this.outer.inner = undefined;
    this.timer?.cancel();
    this.inner?.cancel(reason);
  }

  expire(cut: boolean): void {
    const error = cut ? new DeadlineError(this.deadline) : new CallTimeoutError(this.stage.afterMs);
    this.expired = error;
    try {
      if (!cut) this.stage.timeouts.inc();
      const { inner } = this;
      if (this.stage.waits && inner instanceof Leaf) {
        inner.abort(error);
        return;
      }
      this.inner = undefined;
      inner?.cancel(error);
      // A task that ends at the abort frees what it holds before anybody outside acts on the timeout.
      queueMicrotask(() => this.report(error));
    } catch (defect) {
      this.call.crash(defect);
    }
  }

  private report(error: CallTimeoutError | DeadlineError): void {
    if (this.outer.inner !== this) return;
    this.outer.inner = undefined;
    try {
      this.outer.rejected(error);
    } catch (defect) {
      this.call.crash(defect);
    }
  }

  private late(cause: unknown): CallTimeoutError | DeadlineError {
    return this.expired instanceof DeadlineError
      ? new DeadlineError(this.deadline, { cause })
      : new CallTimeoutError(this.stage.afterMs, { cause });
  }
}
