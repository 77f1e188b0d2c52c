import { Abortion } from './abortion.ts';
import type { Attempt, Follower } from './attempt.ts';
import type { AttemptContext } from './attempt-context.ts';
import type { Call } from './call.ts';
import { Context } from './context.ts';
import type { Frame, Scope } from './frame.ts';
import { isThenable } from './hook.ts';
import { firstTry, Run } from './run.ts';

type State = 'running' | 'settled' | 'cancelled' | 'gone';

/** The innermost pass: one call of a function, and the attempt behind its context. */
export class Leaf implements Attempt {
  static readonly resident: Leaf = new this(Run.resident, firstTry, Run.resident);

  readonly outer: Frame;
  readonly inner: undefined;
  readonly scope: Scope;
  readonly call: Call;
  private state: State;
  private abortion: Abortion | undefined;

  constructor(outer: Frame, scope: Scope, call: Call) {
    this.outer = outer;
    this.scope = scope;
    this.call = call;
    this.state = 'running';
    this.abortion = undefined;
  }

  get signal(): AbortSignal {
    this.abortion ??= new Abortion();
    return this.abortion.signal;
  }

  get aborted(): boolean {
    return this.abortion?.aborted === true;
  }

  get reason(): unknown {
    return this.abortion?.reason;
  }

  /** Calls `task` and reports how it ends, whatever it returns and however it fails. */
  run(task: (context: AttemptContext) => unknown): void {
    this.outer.inner = this;
    try {
      const result = task(new Context(this));
      if (result instanceof Promise) this.wait(result);
      else if (isThenable(result)) this.wait(Promise.resolve(result));
      else this.fulfilled(result);
    } catch (error) {
      this.rejected(error);
    }
  }

  fulfilled(value: unknown): void {
    if (!this.ended()) return;
    try {
      this.outer.fulfilled(value);
    } catch (defect) {
      this.call.crash(defect);
    }
  }

  rejected(error: unknown): void {
    if (!this.ended()) return;
    try {
      this.outer.rejected(error);
    } catch (defect) {
      this.call.crash(defect);
    }
  }

  cancel(reason: unknown): void {
    if (this.state !== 'running') return;
    this.state = 'cancelled';
    this.tellOuter(1);
    this.abort(reason);
  }

  /** Aborts the signal and whoever follows it, and still waits for the task. */
  abort(reason: unknown): void {
    this.abortion ??= new Abortion();
    this.abortion.abort(reason);
  }

  follow(follower: Follower): void {
    this.abortion ??= new Abortion();
    this.abortion.follow(follower);
  }

  unfollow(follower: Follower): void {
    this.abortion?.unfollow(follower);
  }

  private wait(result: Promise<unknown>): void {
    if (this.call.carriable) {
      this.call.carry(
        result.then(
          (value) => {
            this.fulfilled(value);
            return this.call.answer();
          },
          (error) => {
            this.rejected(error);
            return this.call.answer();
          },
        ),
      );
      return;
    }
    result.then(
      (value) => this.fulfilled(value),
      (error) => this.rejected(error),
    );
  }

  /** True when the outside still waits. */
  private ended(): boolean {
    if (this.state === 'running') {
      this.state = 'settled';
      this.outer.inner = undefined;
      return true;
    }
    if (this.state === 'cancelled') {
      this.state = 'gone';
      this.tellOuter(-1);
    }
    return false;
  }

  // A slot outside is held until the work is over, also when the caller has had an answer long since.
  private tellOuter(by: 1 | -1): void {
    for (let frame: Frame | undefined = this.outer; frame !== undefined; frame = frame.outer) frame.lingers?.(by);
  }
}
