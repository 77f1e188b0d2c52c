import type { AcquireOptions } from '../acquire-options.ts';
import type { DrainReport } from '../drain-report.ts';
import type { Lease } from '../lease.ts';
import type { PoolStats } from '../pool-stats.ts';

/** Many small pools under one cap: one for each tenant, host or shard. Disposing of it drains it. */
export interface KeyedPool<T> extends AsyncDisposable {
  /** Lends a resource of `key`. */
  acquire(key: string, options?: AcquireOptions): Promise<Lease<T>>;
  /** Lends a resource of `key` for the length of `fn`. */
  use<R>(key: string, fn: (resource: T, lease: Lease<T>) => R | PromiseLike<R>, options?: AcquireOptions): Promise<R>;
  /** Figures over all keys. */
  stats(): { readonly keys: number; readonly total: number; readonly waiting: number };
  /** Figures of one key; undefined when the key is not known. */
  statsOf(key: string): PoolStats | undefined;
  /** Starts a new generation of one key, or of all. */
  clear(key?: string): void;
  /** Drains every key, as a pool does. */
  drain(options?: { readonly deadlineMs?: number }): Promise<DrainReport>;
}
