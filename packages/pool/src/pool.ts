import type { AcquireOptions } from './acquire-options.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { DrainReport } from './drain-report.ts';
import type { Lease } from './lease.ts';
import type { LeaseInfo } from './lease-info.ts';
import type { PoolCapabilities } from './pool-capabilities.ts';
import type { PoolEvent } from './pool-event.ts';
import type { PoolStats } from './pool-stats.ts';

/** Lends resources that are expensive to open, one owner at a time. Disposing of a pool drains it. */
export interface Pool<T> extends AsyncDisposable {
  /** Label of metrics, logs and errors. */
  readonly name: string;
  /** Which of resize, pause, clear, priorities, keepalive, leak this engine has. */
  readonly capabilities: PoolCapabilities;
  /**
   * Lends a resource, now or when one is free. Never throws synchronously.
   *
   * @throws XcError XC_POOL_TIMEOUT, XC_POOL_CREATE, XC_POOL_QUEUE_FULL or XC_POOL_CLOSED, or the reason of `signal`; TypeError
   * or RangeError for bad options: all as rejections.
   */
  acquire(options?: AcquireOptions): Promise<Lease<T>>;
  /**
   * A ready resource at once, or undefined; never overtakes a waiter, never validates, never opens. One that would have to be
   * validated first is not ready.
   */
  tryAcquire(options?: { readonly label?: string }): Lease<T> | undefined;
  /**
   * Lends for the length of `fn`; a broken resource is closed, a healthy one returned. On abort it rejects at once, and the
   * resource is closed when `fn` settles.
   */
  use<R>(fn: (resource: T, lease: Lease<T>) => R | PromiseLike<R>, options?: AcquireOptions): Promise<R>;
  /**
   * Opens up to `count` (default `min`); resolves when open. `deadlineMs` is `acquireTimeoutMs` of the pool by default.
   * @throws XcError XC_POOL_WARMUP with the last error as `cause` at the deadline.
   */
  warm(options?: {
    readonly count?: number;
    readonly deadlineMs?: number;
    readonly signal?: AbortSignal;
  }): Promise<{ readonly opened: number; readonly tookMs: number }>;
  /**
   * Changes the size. A smaller `max` closes idle ones now and lent ones on return.
   * @throws XcError XC_POOL_CLOSED after `drain`.
   */
  resize(size: { readonly min?: number; readonly max?: number }): void;
  /** Waiters wait, nothing is lent or opened. */
  pause(): void;
  /** Ends `pause`. */
  resume(): void;
  /** Starts a new generation: idle ones close now, lent ones on return or, with 'interrupt', at once. */
  clear(options?: { readonly lent?: 'on-return' | 'interrupt' }): void;
  /**
   * Refuses new borrowers, serves none of the waiting, waits for the lent until `deadlineMs` (default 10_000), then closes by
   * force. Idempotent; never rejects, never hangs.
   */
  drain(options?: { readonly deadlineMs?: number; readonly signal?: AbortSignal }): Promise<DrainReport>;
  /** Figures of this moment. */
  stats(): PoolStats;
  /** Who holds what, oldest first. */
  leases(): readonly LeaseInfo[];
  /** Why borrowers wait, and what to do about it. */
  diagnose(): Diagnosis;
  /** Hears every event; returns what ends that. A listener that throws harms nobody. */
  on(listener: (event: PoolEvent) => void): () => void;
}
