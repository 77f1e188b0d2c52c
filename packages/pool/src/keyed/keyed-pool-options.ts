import type { PoolOptions } from '../pool-options.ts';

/** How a keyed pool behaves: the options of the pool of each key, and the caps over all of them. */
export interface KeyedPoolOptions<T = unknown> extends PoolOptions<T> {
  /**
   * Never more are open over all keys.
   * @defaultValue 100
   */
  readonly maxTotal?: number;
  /**
   * How many keys may be known at once.
   * @defaultValue 10_000
   */
  readonly maxKeys?: number;
  /**
   * A key with nothing lent and nobody waiting is forgotten after this long.
   * @defaultValue 300_000
   */
  readonly keyIdleMs?: number;
}
