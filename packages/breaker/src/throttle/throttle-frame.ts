import type { Call } from '../run/call.ts';
import type { Frame } from '../run/frame.ts';
import { Run } from '../run/run.ts';
import type { ThrottleState } from './throttle-state.ts';

/** One pass of a call that a throttle let through. */
export class ThrottleFrame implements Frame {
  static readonly resident: ThrottleFrame = new this(Run.resident, Run.resident, {} as ThrottleState, Number.NaN);

  readonly outer: Frame;
  inner: Frame | undefined;
  private readonly call: Call;
  private readonly state: ThrottleState;
  private readonly startedAt: number;

  constructor(outer: Frame, call: Call, state: ThrottleState, startedAt: number) {
    this.outer = outer;
    this.inner = undefined;
    this.call = call;
    this.state = state;
    this.startedAt = startedAt;
    outer.inner = this;
  }

  fulfilled(value: unknown): void {
    this.outer.inner = undefined;
    this.state.fulfilled(this.startedAt, value);
    if (!this.call.over) this.outer.fulfilled(value);
  }

  rejected(error: unknown): void {
    this.outer.inner = undefined;
    this.state.rejected(this.startedAt, error);
    if (!this.call.over) this.outer.rejected(error);
  }

  cancel(reason: unknown): void {
    this.state.abandoned(this.startedAt, reason);
    this.inner?.cancel(reason);
  }
}
