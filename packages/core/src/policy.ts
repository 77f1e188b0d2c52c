/** What a task learns about the call it is part of. */
export interface CallContext {
  /** Aborts when the caller gives up or a policy times the call out. Created on first read. */
  readonly signal: AbortSignal;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Monotonic milliseconds of the clock in use. */
  readonly deadline: number | undefined;
  /** Which breaker, limit or shard the call belongs to. */
  readonly key: string | undefined;
}

/** The call that policies wrap; it reads what it needs of the context. */
export type Task<T> = (context: CallContext) => T | PromiseLike<T>;

/** What a caller asks of one run; everything is optional. */
export interface RunOptions {
  /** Settles the run at once when it aborts. */
  readonly signal?: AbortSignal;
  /** Which breaker, limit or shard the call belongs to. */
  readonly key?: string;
  /** Monotonic milliseconds of the clock in use. */
  readonly deadline?: number;
  /** May the call be repeated without harm? */
  readonly idempotent?: boolean;
  /** Higher goes first. */
  readonly priority?: number;
}

/**
 * Something that wraps a call: a breaker, a retry, a limit.
 *
 * An `XcError` whose details carry `refusedBy` was raised by a policy or limiter that did not let the call through: no
 * policy outside counts it as a failure of the callee.
 */
export interface Policy {
  /** Names it in metrics, events and errors. */
  readonly name: string;
  /** Runs the task once, more often or not at all, and settles with what came of it. Never throws synchronously. */
  run<T>(task: Task<T>, options?: RunOptions): Promise<T>;
}
