import type { Clock, Policy } from '@xc/core';
import { policyEnvironment } from '../options.ts';
import type { Call } from '../run/call.ts';
import { Context } from '../run/context.ts';
import { standalone } from '../run/engine.ts';
import type { Frame, Scope, Stage } from '../run/frame.ts';
import { Leaf } from '../run/leaf.ts';
import { resume } from '../run/resume.ts';
import { retryMetrics } from './retry-metrics.ts';
import { type RetryOptions, retrySettings } from './retry-options.ts';
import { RetryRules } from './retry-rules.ts';

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
  const settings = retrySettings(options);
  const environment = policyEnvironment(options, 'retry');
  const { clock, meter, name } = environment;
  const rules = new RetryRules(settings, environment, retryMetrics(meter, name));
  return standalone(name, {
    kind: 'retry',
    clock,
    before: (next) => new RetryStage(rules, clock, next),
  });
}

class RetryStage implements Stage {
  readonly rules: RetryRules;
  readonly clock: Clock;
  readonly next: Stage;

  constructor(rules: RetryRules, clock: Clock, next: Stage) {
    this.rules = rules;
    this.clock = clock;
    this.next = next;
  }

  enter(outer: Frame, scope: Scope, call: Call): void {
    this.rules.settings.budget?.onCall();
    new RetryFrame(this, outer, scope, call).first();
  }
}

class RetryFrame implements Frame, Scope {
  readonly outer: Frame;
  inner: Frame | undefined;
  readonly hedge: number;
  readonly deadline: number | undefined;
  readonly bounded: boolean;
  #attempt = 1;
  readonly #stage: RetryStage;
  readonly #call: Call;
  #entering = false;
  #again = false;
  #waiting: AbortController | undefined;
  #cancelled = false;

  constructor(stage: RetryStage, outer: Frame, scope: Scope, call: Call) {
    this.#stage = stage;
    this.#call = call;
    this.outer = outer;
    this.hedge = scope.hedge;
    this.deadline = scope.deadline;
    this.bounded = scope.bounded;
    outer.inner = this;
  }

  get attempt(): number {
    return this.#attempt;
  }

  first(): void {
    this.#entering = true;
    this.#stage.next.enter(this, this, this.#call);
    while (this.#again) this.#enterAgain();
    this.#entering = false;
  }

  fulfilled(value: unknown): void {
    const { rules } = this.#stage;
    this.inner = undefined;
    if (rules.rejects(value, this.#attempt)) {
      if (!this.#cancelled && !this.#repeat(undefined)) this.outer.fulfilled(value);
      return;
    }
    rules.succeeded(this.#attempt);
    this.outer.fulfilled(value);
  }

  rejected(error: unknown): void {
    this.inner = undefined;
    if (!this.#repeat({ error, context: () => new Context(new Leaf(this, this, this.#call)) }) && !this.#cancelled) {
      this.outer.rejected(error);
    }
  }

  cancel(reason: unknown): void {
    this.#cancelled = true;
    this.#again = false;
    this.#waiting?.abort(reason);
    this.inner?.cancel(reason);
  }

  /** Prepares another attempt; false when this one was the last. */
  #repeat(rejection: { readonly error: unknown; readonly context: () => Context } | undefined): boolean {
    const { attempt, deadline } = this;
    const delayMs = this.#stage.rules.delayMs({ attempt, deadline, idempotent: this.#call.idempotent, rejection });
    // `when` is code of the user: it may have aborted the run.
    if (delayMs === undefined || this.#cancelled) return false;
    if (delayMs > 0) this.#wait(delayMs);
    else if (this.#entering) this.#again = true;
    else this.#loop();
    return true;
  }

  /** Waits on `sleep`, not on `after`: a process that waits for a retry must not end. */
  #wait(delayMs: number): void {
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#stage.clock.sleep(delayMs, waiting.signal).then(
      () => this.#wake(),
      (error) => {
        if (!this.#cancelled) this.#call.crash(error);
      },
    );
  }

  #wake(): void {
    if (this.#cancelled) return;
    this.#waiting = undefined;
    try {
      this.#loop();
    } catch (defect) {
      this.#call.crash(defect);
    }
  }

  // A task that fails before `enter` returns comes back to `#repeat` while we are in here: the loop keeps the stack flat.
  #loop(): void {
    this.#entering = true;
    do this.#enterAgain();
    while (this.#again);
    this.#entering = false;
  }

  #enterAgain(): void {
    this.#again = false;
    this.#attempt += 1;
    resume(this.#stage.next, this, this.#call, this.#stage.clock);
  }
}
