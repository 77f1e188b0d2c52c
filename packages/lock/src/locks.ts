import type { Lock, LockLease } from '@xc/core';
import type { AcquireOptions } from './acquire-options.ts';
import type { LockFacts } from './store.ts';

/** Options of `lead`. */
export interface LeadOptions extends AcquireOptions {
  /**
   * Waits for ever by default.
   * @defaultValue Infinity
   */
  readonly waitMs?: number;
  /**
   * Milliseconds between the end of the work, or a failure, and the next try. Between half of it and all of it, by lot.
   * @defaultValue 1_000
   */
  readonly retryMs?: number;
}

/** A candidacy. Disposal ends it: the signal of the work aborts, and when the work has settled the lock is released. */
export interface Leadership extends AsyncDisposable {
  /** Whether the work runs here, under a lease that can be trusted; false as soon as the candidacy is over. */
  readonly leading: boolean;
}

/** Locks between whoever shares a store. */
export interface Locks extends Lock, AsyncDisposable {
  /**
   * Waits for its turn and resolves with a lease that renews itself.
   *
   * @throws XcError `XC_LOCK_TIMEOUT` when `waitMs` is over. Retryable.
   * @throws XcError `XC_LOCK_UNAVAILABLE` when the store does not answer: at once, however long one would wait. Retryable.
   * @throws XcError `XC_LOCK_REENTRANT` when the work that asks holds it already and would wait for itself. That is known of what
   * these locks hold around it, by `using` or `lead`, and of what was acquired in the same request context of `@xc/core/context`;
   * a lease of a plain `acquire` may be anybody's to release, and whoever asks again beside it waits.
   * @throws XcError `XC_LOCK_CLOSED` after disposal, also for those who wait.
   * @throws TypeError or RangeError for a name or an option that cannot be.
   * @throws the reason of `signal`, at once.
   */
  acquire(name: string, options?: AcquireOptions): Promise<LockLease>;
  /** Tries once: `undefined` when somebody else has it. @throws as `acquire`, but for the time-out. */
  tryAcquire(name: string, options?: AcquireOptions): Promise<LockLease | undefined>;
  /**
   * Runs `fn` under a lease, which is released whatever becomes of `fn`.
   *
   * @throws XcError `XC_LOCK_LOST` when the lease was lost while `fn` ran, and `fn` resolved all the same.
   * @throws what `fn` throws, and as `acquire`.
   */
  using<T>(name: string, fn: (lease: LockLease) => Promise<T>, options?: AcquireOptions): Promise<T>;
  /**
   * Acquires all of them or none, in an order that is the same everywhere, so that two of these never wait for each other.
   * The lease is lost as soon as one of them is; its fence is greater than every fence given before under any of the names.
   * `waitMs` is for all of them together.
   *
   * @throws as `acquire`.
   */
  acquireAll(names: readonly string[], options?: AcquireOptions): Promise<LockLease>;
  /**
   * A lock that so many may hold at once. All of its leases are of `name`, whatever name they are asked for under; that one has to
   * be a name as well.
   * @throws TypeError or RangeError when `permits` is not a positive integer, or `name` cannot be.
   */
  semaphore(name: string, permits: number): Lock;
  /**
   * Runs `work` on at most one node at a time, again and again, and somewhere else after a loss. What it throws is logged.
   * @throws TypeError or RangeError for what cannot be.
   */
  lead(name: string, work: (lease: LockLease) => Promise<void>, options?: LeadOptions): Leadership;
  /**
   * What the store knows of a name, and how many wait: each of this `createLocks`, and one for each other process.
   * `undefined` for a name that it does not know.
   * @throws XcError `XC_LOCK_UNAVAILABLE`, `XC_LOCK_CLOSED`.
   */
  inspect(name: string): Promise<LockFacts | undefined>;
  /**
   * Takes a name from whoever holds it; false when nobody does. A lease of these locks that was held when it was called is lost at
   * once; a holder elsewhere hears of it at the next renewal. Who waits gets the name next, and keeps it.
   * @throws XcError `XC_LOCK_UNAVAILABLE`, `XC_LOCK_CLOSED`.
   */
  forceRelease(name: string): Promise<boolean>;
  /** Takes the leases back and frees them, sends away who waits, ends what leads. The store stays the caller's. */
  [Symbol.asyncDispose](): Promise<void>;
}
