import type { Clock, Timer } from '@xc/core';
import { maxInteger } from '../options.ts';
import type { Call } from '../run/call.ts';
import { DeadlineError } from '../run/deadline-error.ts';
import type { Frame, Scope, Stage } from '../run/frame.ts';

/** Ends a run at its deadline, unless one of ours outside does so already. */
export function deadlineStage(clock: Clock, next: Stage): Stage {
  return {
    // Only by a deadline, and then the run knows.
    interrupts: next.interrupts,
    enter(outer, scope, call) {
      const { bounded, deadline } = scope;
      if (deadline === undefined || bounded) {
        next.enter(outer, scope, call);
        return;
      }
      const frame = new DeadlineFrame(outer, scope, call, deadline, clock);
      next.enter(frame, frame, call);
    },
  };
}

class DeadlineFrame implements Frame, Scope {
  readonly outer: Frame;
  inner: Frame | undefined;
  readonly deadline: number;
  private readonly scope: Scope;
  private readonly call: Call;
  private readonly timer: Timer | undefined;

  constructor(outer: Frame, scope: Scope, call: Call, deadline: number, clock: Clock) {
    this.outer = outer;
    this.inner = undefined;
    this.scope = scope;
    this.call = call;
    this.deadline = deadline;
    outer.inner = this;
    const leftMs = deadline - call.time(clock);
    // Farther away than a timer can be set: no run lasts that long.
    if (leftMs <= maxInteger) this.timer = clock.after(leftMs, () => this.expire());
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
    this.outer.rejected(error);
  }

  cancel(reason: unknown): void {
    this.timer?.cancel();
    this.inner?.cancel(reason);
  }

  private expire(): void {
    // Nothing stands outside of this frame but the run itself.
    this.call.crash(new DeadlineError(this.deadline));
  }
}
