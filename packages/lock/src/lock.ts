import { type Meter, noopMeter } from '@xc/core';
import { memoryLockStore } from './memory-store.ts';
import type { LockStore } from './store.ts';

/** Options of {@link createLock}. */
export interface LockOptions {
  /**
   * Where the counts live.
   * @defaultValue the memory of this process
   */
  readonly store?: LockStore;
  /**
   * Gets `xc_lock_touches_total`.
   * @defaultValue a meter that costs nothing
   */
  readonly meter?: Meter;
}

/** Options of one touch. */
export interface TouchOptions {
  /** Gives up when aborted; the touch may have been counted all the same. */
  readonly signal?: AbortSignal;
}

/** Counts how often keys are touched: the smallest thing with state, to be replaced by what this package is for. */
export interface Lock {
  /**
   * Counts one touch and resolves to the number of touches of `key` so far, this one included.
   * @throws the reason of `signal`, at once.
   */
  touch(key: string, options?: TouchOptions): Promise<number>;
}

/**
 * Creates a Lock on a store.
 *
 * @example
 * ```ts
 * const lock = createLock();
 * await lock.touch('page:/'); // 1
 * ```
 */
export function createLock(options: LockOptions = {}): Lock {
  const { store = memoryLockStore(), meter = noopMeter } = options;
  const touches = meter.counter({ name: 'xc_lock_touches_total', help: 'Touches that were counted.' }).at();
  return {
    async touch(key, { signal } = {}) {
      signal?.throwIfAborted();
      const count = await store.increment(key, signal);
      touches.inc();
      return count;
    },
  };
}
