import type { Clock, Policy } from '@xc/core';
import { policyEnvironment } from '../options.ts';
import type { Call } from '../run/call.ts';
import { Context } from '../run/context.ts';
import { standalone } from '../run/engine.ts';
import type { Frame, Scope, Stage } from '../run/frame.ts';
import { Leaf } from '../run/leaf.ts';
import { resume } from '../run/resume.ts';
import { firstTry, Run } from '../run/run.ts';
import { guardedBudget } from './guarded-budget.ts';
import { retryMetrics } from './retry-metrics.ts';
import { type RetryOptions, retrySettings } from './retry-options.ts';
import { type Rejection, RetryRules } from './retry-rules.ts';

/**
 * Tries a failed call again, while that is likely to help and affordable; then rethrows the last error itself.
 *
 * Not tried again: calls with `idempotent: false`, an `XcError` that is not `retryable`, what `when` declines, waits that
 * would pass the deadline, and what the budget does not pay. An open breaker is waited for only by a call with a
 * deadline.
 *
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function retry(options: RetryOptions = {}): Policy {
  const checked = retrySettings(options);
  const environment = policyEnvironment(options, 'retry');
  const { clock, logger, meter, name } = environment;
  const budget = checked.budget === undefined ? undefined : guardedBudget(checked.budget, logger, name);
  const settings = { ...checked, budget };
  const rules = new RetryRules(settings, environment, retryMetrics(meter, name));
  return standalone(name, {
    kind: 'retry',
    clock,
    before: (next) => new RetryStage(rules, clock, next),
  });
}

class RetryStage implements Stage {
  readonly interrupts: boolean;
  readonly rules: RetryRules;
  readonly clock: Clock;
  readonly next: Stage;

  constructor(rules: RetryRules, clock: Clock, next: Stage) {
    this.rules = rules;
    this.clock = clock;
    this.next = next;
    this.interrupts = next.interrupts;
  }

  enter(outer: Frame, scope: Scope, call: Call): void {
    this.rules.settings.budget?.onCall();
    new RetryFrame(this, outer, scope, call).first();
  }
}

class RetryFrame implements Frame {
  static readonly resident: RetryFrame = new this({} as RetryStage, Run.resident, firstTry, Run.resident);

  readonly outer: Frame;
  inner: Frame | undefined;
  private readonly stage: RetryStage;
  private readonly call: Call;
  private scope: Scope;
  private state: 'entering' | 'entered' | 'again' | 'cancelled';
  private sleep: AbortController | undefined;

  constructor(stage: RetryStage, outer: Frame, scope: Scope, call: Call) {
    this.outer = outer;
    this.inner = undefined;
    this.stage = stage;
    this.call = call;
    this.scope = scope.attempt === 1 ? scope : attemptScope(scope, 1);
    this.state = 'entering';
    this.sleep = undefined;
    outer.inner = this;
  }

  first(): void {
    this.stage.next.enter(this, this.scope, this.call);
    this.enterAgain();
  }

  fulfilled(value: unknown): void {
    const { rules } = this.stage;
    if (rules.settings.whenResult !== undefined && rules.rejects(value, this.scope.attempt)) {
      if (!this.repeated(undefined)) this.end().fulfilled(value);
      return;
    }
    rules.succeeded(this.scope.attempt);
    this.end().fulfilled(value);
  }

  rejected(error: unknown): void {
    const context = () => new Context(new Leaf(this, this.scope, this.call));
    if (!this.repeated({ error, context })) this.end().rejected(error);
  }

  cancel(reason: unknown): void {
    this.state = 'cancelled';
    this.sleep?.abort(reason);
    this.inner?.cancel(reason);
  }

  private end(): Frame {
    this.outer.inner = undefined;
    return this.outer;
  }

  /** Prepares another attempt; false when the last one has spoken. */
  private repeated(rejection: Rejection | undefined): boolean {
    const { attempt, deadline } = this.scope;
    const { idempotent } = this.call.facts;
    const delayMs = this.stage.rules.delayMs({ attempt, deadline, idempotent, rejection });
    // `when` is code of the user: it may have aborted the run.
    if (this.call.over) return true;
    if (delayMs === undefined) return false;
    const entering = this.state === 'entering';
    this.scope = attemptScope(this.scope, attempt + 1);
    if (delayMs > 0) {
      this.wait(delayMs);
      return true;
    }
    this.state = 'again';
    if (!entering) this.enterAgain();
    return true;
  }

  /** Waits on `sleep`, not on `after`: a process that waits for a retry must not end. */
  private wait(delayMs: number): void {
    this.sleep = new AbortController();
    this.stage.clock.sleep(delayMs, this.sleep.signal).then(
      () => this.wake(),
      (error) => {
        if (this.state !== 'cancelled') this.call.crash(error);
      },
    );
  }

  private wake(): void {
    if (this.state === 'cancelled') return;
    this.sleep = undefined;
    this.state = 'again';
    try {
      this.enterAgain();
    } catch (defect) {
      this.call.crash(defect);
    }
  }

  // A task that fails before `enter` returns asks for the next attempt while we are in here: the stack stays flat.
  private enterAgain(): void {
    while (this.state === 'again') {
      this.state = 'entering';
      resume(this.stage.next, this, this.scope, this.call, this.stage.clock);
    }
    if (this.state === 'entering') this.state = 'entered';
  }
}

function attemptScope({ hedge, deadline, bounded }: Scope, attempt: number): Scope {
  return { attempt, hedge, deadline, bounded };
}
