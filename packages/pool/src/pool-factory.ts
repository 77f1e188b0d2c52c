import type { EndReason } from './end-reason.ts';

/** What a resource is asked for by {@link PoolFactory.create}. */
export interface CreateContext {
  /** Aborts at `createTimeoutMs`, or when the pool closes. */
  readonly signal: AbortSignal;
  /** 1 after a success; counts the tries since then. */
  readonly attempt: number;
}

/** Why and when a resource is looked at by {@link PoolFactory.validate}. */
export interface ValidateContext {
  /** Before it is lent, when it came back, or in the background. */
  readonly phase: 'borrow' | 'return' | 'idle';
  /** Since it was last returned or found good. */
  readonly idleMs: number;
  /** Since it was opened. */
  readonly ageMs: number;
  /** Aborts at `validateTimeoutMs`. */
  readonly signal: AbortSignal;
}

/** How {@link PoolFactory.reset} speaks of what it finds. */
export interface ResetContext {
  /** Counts and reports that the owner before left something behind: an open transaction, which is rolled back now. */
  misuse(kind: 'open-transaction'): void;
}

/** How resources are opened, closed and looked after; the one thing that a pool must be given. */
export interface PoolFactory<T> {
  /** Opens one resource. `signal` aborts at `createTimeoutMs` or when the pool closes. May throw, reject or return a plain value. */
  create(context: CreateContext): T | PromiseLike<T>;
  /** Closes one resource. Never called twice for one resource. */
  destroy(resource: T, reason: EndReason): void | PromiseLike<void>;
  /** False, a throw, a rejection or a timeout all mean: not usable. */
  validate?(resource: T, context: ValidateContext): boolean | PromiseLike<boolean>;
  /** Cleans state between two owners (roll back, DISCARD). A failure closes the resource. */
  reset?(resource: T, context: ResetContext): void | PromiseLike<void>;
  /** Tells the pool that a resource died (socket closed) idle or lent; returns the un-watch function. */
  watch?(resource: T, lost: (error?: unknown) => void): () => void;
  /** Whether `error`, thrown inside `use`, means that the resource must not be reused. Absent: every error means yes. */
  broken?(resource: T, error: unknown): boolean;
}
