import type { EventEmitter } from 'node:events';

/** How resources are opened and closed, as generic-pool calls it. */
export interface Factory<T> {
  /** Opens one resource. */
  create(): T | PromiseLike<T>;
  /** Closes one resource. */
  destroy(resource: T): unknown;
  /** `false`, or a promise of it, means: not usable. So does a failure, and 5 s of silence. */
  validate?(resource: T): unknown;
}

/** The pool that generic-pool has, by its names. */
export interface GenericPool<T> extends EventEmitter {
  /** Most that are open. */
  readonly max: number;
  /** As many are kept open. */
  readonly min: number;
  /** Open ones and those that are being opened. */
  readonly size: number;
  /** Ready to be lent. */
  readonly available: number;
  /** Lent now. */
  readonly borrowed: number;
  /** Borrowers that wait. */
  readonly pending: number;
  /** How many more could be opened now; those that are still being closed take room. */
  readonly spareResourceCapacity: number;
  /** Opens `min` and lets the evictor run. Only needed with `autostart: false`. */
  start(): void;
  /**
   * Lends a resource; `priority` 0 is served first, what is out of range last.
   *
   * @throws XcError XC_POOL_TIMEOUT by the name of `TimeoutError`, XC_POOL_QUEUE_FULL, XC_POOL_CREATE or XC_POOL_CLOSED.
   */
  acquire(priority?: number): Promise<T>;
  /**
   * Takes a resource back.
   * @throws XcError XC_POOL_LEASE_ENDED for one that is not lent now.
   */
  release(resource: T): Promise<void>;
  /**
   * Takes a resource back and closes it.
   * @throws XcError XC_POOL_LEASE_ENDED for one that is not lent now.
   */
  destroy(resource: T): Promise<void>;
  /** Lends for the length of `fn`; the resource is closed when that fails, and returned otherwise. */
  use<R>(fn: (resource: T) => R | PromiseLike<R>, priority?: number): Promise<R>;
  /** Whether this resource is lent now. */
  isBorrowedResource(resource: T): boolean;
  /** Lends nothing more; resolves when those that wait have been served and all is returned. Closes nothing: see `clear`. */
  drain(): Promise<void>;
  /** Closes what is idle; resolves when it is closed. */
  clear(): Promise<void>;
  /** Resolves when `min` are ready to be lent. */
  ready(): Promise<void>;
}
