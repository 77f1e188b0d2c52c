import type { Logger, Subscription } from '@xc/core';

/** An answer now, or a promise of it: a store in memory answers at once, and costs no turn of the event loop. */
export type Answer<T> = T | PromiseLike<T>;

/** What a store is asked for. The same object comes back in `renew` and `release` of what it was granted. */
export interface LockClaim {
  /** 1 to 256 bytes. */
  readonly name: string;
  /** Told apart from every other try, of this process and of all others. */
  readonly owner: string;
  /** Milliseconds after which the store frees it, unless renewed. */
  readonly ttlMs: number;
  /** How many may hold it at once; `undefined` for a lock. A lock and a semaphore of one name know nothing of each other. */
  readonly permits: number | undefined;
}

/** What a store says to a claim. */
export type LockAnswer =
  | {
      readonly granted: true;
      /** Greater than every fence that was given under this name before. */
      readonly fence: bigint;
    }
  | {
      readonly granted: false;
      /** Milliseconds after which the claim may succeed if nobody renews or releases before. */
      readonly retryMs: number;
      /**
       * The very owner that asked holds it, by this fence. Who has asked once takes it for granted: a client that loses its
       * connection asks again, and the first answer is lost.
       */
      readonly already?: bigint;
      /** Several tried at once and nobody won: try again soon, each after a while of its own. */
      readonly contended?: boolean;
    };

/** What is known of a name. */
export interface LockFacts {
  /** Whether a lease, or a permit, has not run out yet. */
  readonly held: boolean;
  /** The last one given. */
  readonly fence: bigint;
  /** Milliseconds; 0 when nobody holds it. */
  readonly ttlLeftMs: number;
  /** Lines of waiters that listen: one for each process, however many wait there. */
  readonly waiters: number;
}

/**
 * Where locks are kept. `lockStoreContract` of `@xc/lock/testing` tells whether one of your own keeps every promise. What it
 * throws, or rejects with, means that it cannot be reached: nobody gets a lock then. Each question has to be answered, or to fail,
 * within a time of its own: a release waits for that, and so does disposal.
 */
export interface LockStore {
  /**
   * Tries once, atomically, and never waits for the lock. An error does not say that nothing was granted: the claim is released
   * again and again then, until `ttlMs` is over; but for an `XcError` with `sent: false` in its `details`.
   */
  acquire(claim: LockClaim): Answer<LockAnswer>;
  /**
   * Prolongs to `ttlMs` from now and keeps `fence` from being given again; false when `owner` does not hold it any more.
   * @param fence - what the next acquisition is to be greater than, if it is not less than what was given before.
   */
  renew(claim: LockClaim, fence: bigint): Answer<boolean>;
  /** Frees it and wakes those who watch; false, and nothing is freed, when `owner` does not hold it. */
  release(claim: LockClaim): Answer<boolean>;
  /** Milliseconds until a claim may succeed: 0 when it may now. Cheaper than a try, for those who wait. */
  busyMs(claim: LockClaim): Answer<number>;
  /** `undefined` for a name that nothing is known of. */
  inspect(name: string): Answer<LockFacts | undefined>;
  /** Frees a name, lock and semaphore, whoever holds it; false when nobody did. Fences go on growing. */
  forceRelease(name: string): Answer<boolean>;
  /** Calls `wake` after releases, and whenever it may have missed one. */
  watch(name: string, wake: () => void): Answer<Subscription>;
  /**
   * Called by each `createLocks` on the store; what it returns, when that is disposed. A store with connections of its own
   * closes them when the last one has left, and one that finds its server unfit for locks says so to the logger.
   */
  attach?(home?: { readonly logger: Logger }): () => Promise<void>;
}
