import type { Clock, CounterCell, Timer } from '@xc/core';
import type { RetryBudget } from '../retry/retry-budget.ts';
import type { Call } from '../run/call.ts';
import type { Frame, Scope, Stage } from '../run/frame.ts';
import { resume } from '../run/resume.ts';
import type { HedgeDelay } from './hedge-delay.ts';
import { HedgeLostError } from './hedge-lost-error.ts';

/** What all passes through one hedge share. */
export interface HedgeRules {
  readonly delay: HedgeDelay;
  readonly maxHedges: number;
  readonly budget: RetryBudget | undefined;
  readonly started: CounterCell;
  readonly won: CounterCell;
  readonly denied: CounterCell;
}

/** One pass through a hedge: several attempts side by side, each a branch. */
export class HedgeFrame implements Frame {
  readonly outer: Frame;
  inner: Frame | undefined;
  private readonly rules: HedgeRules;
  private readonly clock: Clock;
  private readonly next: Stage;
  private readonly scope: Scope;
  private readonly call: Call;
  private readonly running: Set<Branch>;
  private started: number;
  private denied: boolean;
  private firstFailure: { readonly error: unknown } | undefined;
  private state: 'launching' | 'waiting' | 'over';
  private timer: Timer | undefined;

  constructor(rules: HedgeRules, clock: Clock, next: Stage, outer: Frame, scope: Scope, call: Call) {
    this.outer = outer;
    this.inner = undefined;
    this.rules = rules;
    this.clock = clock;
    this.next = next;
    this.scope = scope;
    this.call = call;
    this.running = new Set();
    this.started = 0;
    this.denied = false;
    this.firstFailure = undefined;
    this.state = 'waiting';
    this.timer = undefined;
    outer.inner = this;
  }

  begin(): void {
    this.rules.budget?.onCall();
    this.launch();
  }

  // Only branches report; they do so to `won` and `lost`.
  fulfilled(): void {}

  rejected(): void {}

  cancel(reason: unknown): void {
    this.end();
    this.cancelRunning(reason);
  }

  won(branch: Branch, value: unknown): void {
    const { budget, won } = this.rules;
    this.running.delete(branch);
    if (this.state === 'over') return;
    this.end();
    this.outer.inner = undefined;
    this.rules.delay.answered(this.waitedMs(branch));
    if (branch.hedge > 0) won.inc();
    if (this.running.size > 0) this.cancelRunning(new HedgeLostError());
    budget?.onSuccess();
    if (!this.call.over) this.outer.fulfilled(value);
  }

  lost(branch: Branch, error: unknown): void {
    this.running.delete(branch);
    if (this.state === 'over') return;
    this.firstFailure ??= { error };
    this.rules.budget?.onFailure();
    // While an attempt is being launched, the loop there looks on.
    if (this.running.size > 0 || this.state !== 'waiting') return;
    this.timer?.cancel();
    if (this.mayHedge()) this.launch();
    else this.fail();
  }

  /** Starts an attempt, and another one when that has failed already. */
  private launch(): void {
    this.state = 'launching';
    do this.enterBranch();
    while (this.isLaunching() && this.running.size === 0 && this.mayHedge());
    if (!this.isLaunching()) return;
    this.state = 'waiting';
    if (this.running.size === 0) this.fail();
    else this.waitForNext();
  }

  // What is launched may end the call before it returns.
  private isLaunching(): boolean {
    return this.state === 'launching';
  }

  private enterBranch(): void {
    const { attempt, bounded, deadline } = this.scope;
    const hedge = this.started++;
    const scope = hedge === this.scope.hedge ? this.scope : { attempt, hedge, deadline, bounded };
    if (hedge > 0) {
      this.rules.started.inc();
      this.call.turn();
    }
    const branch = new Branch(this, hedge, this.call.time(this.clock));
    this.running.add(branch);
    if (hedge === 0) this.next.enter(branch, scope, this.call);
    else resume(this.next, branch, scope, this.call, this.clock);
  }

  private waitForNext(): void {
    if (this.started > this.rules.maxHedges || this.denied) return;
    this.timer = this.clock.after(this.rules.delay.next(), () => {
      try {
        if (this.mayHedge()) this.launch();
      } catch (defect) {
        this.call.crash(defect);
      }
    });
  }

  private mayHedge(): boolean {
    const { budget, denied, maxHedges } = this.rules;
    if (this.started > maxHedges || this.denied) return false;
    if (budget === undefined || budget.tryRetry()) return true;
    this.denied = true;
    denied.inc();
    return false;
  }

  private fail(): void {
    this.end();
    this.outer.inner = undefined;
    if (!this.call.over) this.outer.rejected(this.firstFailure?.error);
  }

  // The youngest first: it may wait for what an older one would free. One that ends meanwhile is not heard any more.
  private cancelRunning(reason: unknown): void {
    for (const branch of [...this.running].reverse()) {
      this.rules.delay.outlasted(this.waitedMs(branch));
      branch.cancel(reason);
    }
  }

  private end(): void {
    this.state = 'over';
    this.timer?.cancel();
  }

  private waitedMs(branch: Branch): number {
    return this.clock.monotonic() - branch.startedAt;
  }
}

/** One attempt of a hedged call. */
class Branch implements Frame {
  readonly outer: HedgeFrame;
  inner: Frame | undefined;
  readonly hedge: number;
  readonly startedAt: number;

  constructor(outer: HedgeFrame, hedge: number, startedAt: number) {
    this.outer = outer;
    this.inner = undefined;
    this.hedge = hedge;
    this.startedAt = startedAt;
  }

  fulfilled(value: unknown): void {
    this.outer.won(this, value);
  }

  rejected(error: unknown): void {
    this.outer.lost(this, error);
  }

  cancel(reason: unknown): void {
    this.inner?.cancel(reason);
  }
}
