import {
  type Clock,
  harmlessLogger,
  harmlessMeter,
  type Logger,
  type Meter,
  noopLogger,
  noopMeter,
  noopTracer,
  type Random,
  systemClock,
  systemRandom,
  type Tracer,
} from '@xc/core';
import { type AcquireOptions, acquireDefaults, settleAcquire } from './acquire-options.ts';
import { lockMetrics } from './lock-metrics.ts';
import { LockService } from './lock-service.ts';
import type { Locks } from './locks.ts';
import { memoryLockStore } from './memory-store.ts';
import { checkOptions } from './option-checks.ts';
import type { LockStore } from './store.ts';

/** Options of {@link createLocks}. */
export interface LocksOptions {
  /**
   * Where locks are kept: all who share it exclude each other.
   * @defaultValue the memory of this process, for these locks alone
   */
  readonly store?: LockStore;
  /** What holds for each acquisition that does not say otherwise. */
  readonly defaults?: AcquireOptions;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** Spreads polls and retries. @defaultValue systemRandom */
  readonly random?: Random;
  /**
   * Gets `xc_lock_acquisitions_total`, `xc_lock_wait_duration_seconds`, `xc_lock_hold_duration_seconds`, `xc_lock_lost_total`,
   * `xc_lock_held` and `xc_lock_waiters`; no name is ever a label. What a disposal takes back is not counted as lost. What a cell
   * throws hurts nobody, and is logged once.
   * @defaultValue noopMeter
   */
  readonly meter?: Meter;
  /**
   * Hears of renewals and releases that fail, of work that throws under `lead`, and of a Redis that may evict a lock. What it
   * throws hurts nobody.
   * @defaultValue noopLogger
   */
  readonly logger?: Logger;
  /** Gets a span `lock.acquire` for each acquisition. @defaultValue noopTracer */
  readonly tracer?: Tracer;
}

/**
 * Creates locks: in the memory of this process, or with `store: redisLockStore(client)` for all processes on a Redis. Fulfils
 * `Lock` of `@xc/core`.
 *
 * A lock saves work. It makes work *correct* only where the resource that is written to refuses a `fence` older than one it has
 * seen, as `fencedUpdate` has a table do: a process may stop for any length of time between two of its steps.
 *
 * @throws TypeError or RangeError at once, naming the option that cannot be.
 *
 * @example
 * ```ts
 * const locks = createLocks({ store: redisLockStore(client) });
 * await locks.using('invoices:2026-11', async ({ fence, signal }) => {
 *   await writeInvoices({ fence, signal });
 * });
 * ```
 */
export function createLocks(options: LocksOptions = {}): Locks {
  checkOptions(options, {
    store: 'store',
    defaults: 'any',
    clock: 'clock',
    random: 'random',
    meter: 'meter',
    logger: 'logger',
    tracer: 'tracer',
  });
  const { clock = systemClock, random = systemRandom, meter = noopMeter, logger = noopLogger } = options;
  const { store = memoryLockStore({ clock }), tracer = noopTracer } = options;
  const defaults = settleAcquire(options.defaults, acquireDefaults);
  const calmLogger = harmlessLogger(logger);
  const metrics = lockMetrics(harmlessMeter(meter, calmLogger));
  return new LockService({ store, defaults, clock, random, metrics, logger: calmLogger, tracer });
}
