import type { Policy } from '@xc/core';
import type { Breaker } from '../circuit/breaker.ts';
import type { BreakerOptions } from '../circuit/breaker-options.ts';
import type { BreakerEvents } from '../events/breaker-events.ts';
import type { PolicyOptions } from '../options.ts';

/** Which breakers a registry makes, and how many it keeps. */
export interface BreakersOptions extends PolicyOptions {
  /** What every breaker of the registry goes by. Its `name`, too, is a default for the registry's. */
  readonly defaults?: BreakerOptions;
  /**
   * What one key has of its own, over the defaults. A `meter` is not looked at: all breakers count under the name of
   * the registry.
   */
  readonly forKey?: (key: string) => BreakerOptions | undefined;
  /**
   * How many breakers are kept. Beyond it the one used longest ago goes, of those that are closed with no call in
   * flight; when there is none, new keys share one breaker named `overflow`.
   * @defaultValue 10_000
   */
  readonly maxKeys?: number;
  /**
   * A breaker that is closed, with no call in flight, and not asked for in so many milliseconds is forgotten; above 0.
   * @defaultValue 600_000
   */
  readonly idleMs?: number;
}

/** A breaker of its own for every key: a host, a tenant, a shard. As a policy it picks by the `key` of the run. */
export interface Breakers extends Policy {
  /**
   * The breaker of `key`, made when there is none; named after the key unless `forKey` names it.
   *
   * @throws TypeError or RangeError when `forKey` gives bad options; whatever `forKey` throws.
   */
  for(key: string): Breaker;

  /** The breaker of `key` if there is one; does not count as use. */
  peek(key: string): Breaker | undefined;

  /** Forgets the breaker of `key`, whatever its state; false when there is none. */
  delete(key: string): boolean;

  readonly size: number;

  /** Every breaker by its key. */
  entries(): IterableIterator<[string, Breaker]>;

  /**
   * Calls `listener` after each such event of any breaker, of those to come as well.
   *
   * @returns what takes the listener off again.
   */
  on<E extends keyof BreakerEvents>(
    event: E,
    listener: (event: BreakerEvents[E] & { readonly key: string }) => void,
  ): () => void;
}
