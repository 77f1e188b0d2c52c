import type { Attempt, Follower } from './attempt.ts';
import type { AttemptContext } from './attempt-context.ts';
import type { Call } from './call.ts';
import { Context } from './context.ts';
import type { Frame, Scope } from './frame.ts';

type State = 'running' | 'settled' | 'cancelled' | 'gone';

/**
 * The innermost pass: one call of a function, and the attempt behind its context. Makes an AbortController only when
 * somebody reads `signal`.
 */
export class Leaf implements Attempt {
  readonly outer: Frame;
  inner: undefined;
  readonly call: Call;
  readonly attempt: number;
  readonly hedge: number;
  readonly deadline: number | undefined;
  readonly bounded: boolean;
  #state: State = 'running';
  #aborted = false;
  #reason: unknown;
  #controller: AbortController | undefined;
  #followers: Follower | Set<Follower> | undefined;

  constructor(outer: Frame, scope: Scope, call: Call) {
    this.outer = outer;
    this.call = call;
    this.attempt = scope.attempt;
    this.hedge = scope.hedge;
    this.deadline = scope.deadline;
    this.bounded = scope.bounded;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** Calls `task` and reports how it ends, whatever it returns and however it fails. */
  run(task: (context: AttemptContext) => unknown): void {
    this.outer.inner = this;
    let result: unknown;
    try {
      result = task(new Context(this));
      if (isThenable(result)) {
        Promise.resolve(result).then(
          (value) => this.fulfilled(value),
          (error) => this.rejected(error),
        );
        return;
      }
    } catch (error) {
      this.rejected(error);
      return;
    }
    this.fulfilled(result);
  }

  fulfilled(value: unknown): void {
    if (!this.#end()) return;
    try {
      this.outer.fulfilled(value);
    } catch (defect) {
      this.call.crash(defect);
    }
  }

  rejected(error: unknown): void {
    if (!this.#end()) return;
    try {
      this.outer.rejected(error);
    } catch (defect) {
      this.call.crash(defect);
    }
  }

  cancel(reason: unknown): void {
    if (this.#state !== 'running') return;
    this.#state = 'cancelled';
    this.#tellOuter(1);
    this.abort(reason);
  }

  /** Aborts the signal and whoever follows it, and still waits for the task. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    const followers = this.#followers;
    this.#followers = undefined;
    if (followers instanceof Set) for (const follower of followers) follower.abort(reason);
    else followers?.abort(reason);
    this.#controller?.abort(reason);
  }

  follow(follower: Follower): void {
    if (this.#followers === undefined) this.#followers = follower;
    else if (this.#followers instanceof Set) this.#followers.add(follower);
    else this.#followers = new Set([this.#followers, follower]);
  }

  unfollow(follower: Follower): void {
    if (this.#followers === follower) this.#followers = undefined;
    else if (this.#followers instanceof Set) this.#followers.delete(follower);
  }

  /** True when the outside still waits. */
  #end(): boolean {
    if (this.#state === 'running') {
      this.#state = 'settled';
      return true;
    }
    if (this.#state === 'cancelled') {
      this.#state = 'gone';
      this.#tellOuter(-1);
    }
    return false;
  }

  // A slot outside is held until the work is over, also when the caller has had an answer long since.
  #tellOuter(by: 1 | -1): void {
    for (let frame: Frame | undefined = this.outer; frame !== undefined; frame = frame.outer) frame.lingers?.(by);
  }
}

function isThenable(value: unknown): boolean {
  if (value instanceof Promise) return true;
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}
