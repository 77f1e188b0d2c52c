import { type Meter, noopMeter } from '@xc/core';
import { memoryMetricsStore } from './memory-store.ts';
import type { MetricsStore } from './store.ts';

/** Options of {@link createMetrics}. */
export interface MetricsOptions {
  /**
   * Where the counts live.
   * @defaultValue the memory of this process
   */
  readonly store?: MetricsStore;
  /**
   * Gets `xc_metrics_touches_total`.
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
export interface Metrics {
  /**
   * Counts one touch and resolves to the number of touches of `key` so far, this one included.
   * @throws the reason of `signal`, at once.
   */
  touch(key: string, options?: TouchOptions): Promise<number>;
}

/**
 * Creates a Metrics on a store.
 *
 * @example
 * ```ts
 * const metrics = createMetrics();
 * await metrics.touch('page:/'); // 1
 * ```
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const { store = memoryMetricsStore(), meter = noopMeter } = options;
  const touches = meter.counter({ name: 'xc_metrics_touches_total', help: 'Touches that were counted.' }).at();
  return {
    async touch(key, { signal } = {}) {
      signal?.throwIfAborted();
      const count = await store.increment(key, signal);
      touches.inc();
      return count;
    },
  };
}
