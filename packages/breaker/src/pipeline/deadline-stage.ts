import type { Clock, Timer } from '@xc/core';
import { maxInteger } from '../options.ts';
import type { Call } from '../run/call.ts';
import { DeadlineError } from '../run/deadline-error.ts';
import type { Frame, Scope, Stage } from '../run/frame.ts';

/** Ends a run at its deadline, unless one of ours outside does so already. */
export function deadlineStage(clock: Clock, next: Stage): Stage {
  return {
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
  readonly attempt: number;
  readonly hedge: number;
  readonly deadline: number;
  readonly bounded = true;
  readonly #call: Call;
  readonly #timer: Timer | undefined;

  constructor(outer: Frame, scope: Scope, call: Call, deadline: number, clock: Clock) {
    this.#call = call;
    this.outer = outer;
    this.attempt = scope.attempt;
    this.hedge = scope.hedge;
    this.deadline = deadline;
    outer.inner = this;
    const leftMs = deadline - call.time(clock);
    // Farther away than a timer can be set: no run lasts that long.
    if (leftMs <= maxInteger) this.#timer = clock.after(leftMs, () => this.#expire());
  }

  fulfilled(value: unknown): void {
    this.#timer?.cancel();
    this.outer.fulfilled(value);
  }

  rejected(error: unknown): void {
    this.#timer?.cancel();
    this.outer.rejected(error);
  }

  cancel(reason: unknown): void {
    this.#timer?.cancel();
    this.inner?.cancel(reason);
  }

  #expire(): void {
    // Nothing stands outside of this frame but the run itself.
    this.#call.crash(new DeadlineError(this.deadline));
  }
}
