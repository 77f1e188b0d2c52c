import { type Meter, noopMeter } from '@xc/core';
import { memoryQueueStore } from './memory-store.ts';
import type { QueueStore } from './store.ts';

/** Options of {@link createQueue}. */
export interface QueueOptions {
  /**
   * Where the counts live.
   * @defaultValue the memory of this process
   */
  readonly store?: QueueStore;
  /**
   * Gets `xc_queue_touches_total`.
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
export interface Queue {
  /**
   * Counts one touch and resolves to the number of touches of `key` so far, this one included.
   * @throws the reason of `signal`, at once.
   */
  touch(key: string, options?: TouchOptions): Promise<number>;
}

/**
 * Creates a Queue on a store.
 *
 * @example
 * ```ts
 * const queue = createQueue();
 * await queue.touch('page:/'); // 1
 * ```
 */
export function createQueue(options: QueueOptions = {}): Queue {
  const { store = memoryQueueStore(), meter = noopMeter } = options;
  const touches = meter.counter({ name: 'xc_queue_touches_total', help: 'Touches that were counted.' }).at();
  return {
    async touch(key, { signal } = {}) {
      signal?.throwIfAborted();
      const count = await store.increment(key, signal);
      touches.inc();
      return count;
    },
  };
}
