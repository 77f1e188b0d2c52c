import { type Meter, noopMeter } from '@xc/core';
import { memoryRatelimitStore } from './memory-store.ts';
import type { RatelimitStore } from './store.ts';

/** Options of {@link createRatelimit}. */
export interface RatelimitOptions {
  /**
   * Where the counts live.
   * @defaultValue the memory of this process
   */
  readonly store?: RatelimitStore;
  /**
   * Gets `xc_ratelimit_touches_total`.
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
export interface Ratelimit {
  /**
   * Counts one touch and resolves to the number of touches of `key` so far, this one included.
   * @throws the reason of `signal`, at once.
   */
  touch(key: string, options?: TouchOptions): Promise<number>;
}

/**
 * Creates a Ratelimit on a store.
 *
 * @example
 * ```ts
 * const ratelimit = createRatelimit();
 * await ratelimit.touch('page:/'); // 1
 * ```
 */
export function createRatelimit(options: RatelimitOptions = {}): Ratelimit {
  const { store = memoryRatelimitStore(), meter = noopMeter } = options;
  const touches = meter.counter({ name: 'xc_ratelimit_touches_total', help: 'Touches that were counted.' }).at();
  return {
    async touch(key, { signal } = {}) {
      signal?.throwIfAborted();
      const count = await store.increment(key, signal);
      touches.inc();
      return count;
    },
  };
}
