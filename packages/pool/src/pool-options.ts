import type { Backoff, Clock, Logger, Meter, Policy, Random } from '@xc/core';
import type { AdaptiveOptions } from './adaptive-options.ts';
import type { LeakOptions } from './leak-options.ts';
import type { PoolEvent } from './pool-event.ts';

/**
 * How a pool behaves; everything is optional.
 *
 * @typeParam _T - The resource: says which pool the options are meant for.
 */
export interface PoolOptions<_T = unknown> {
  /**
   * Label of metrics, logs and errors; at most 100 characters, none of them a control character.
   * @defaultValue 'default'
   */
  readonly name?: string;
  /**
   * Kept open, also after failures.
   * @defaultValue 0
   */
  readonly min?: number;
  /**
   * Never more are open, those that are being opened and closed counted.
   * @defaultValue 10
   */
  readonly max?: number;
  /**
   * Spare ones kept ready, within `max`.
   * @defaultValue 0
   */
  readonly minIdle?: number;
  /**
   * How many may be being opened at once.
   * @defaultValue 2
   */
  readonly maxCreating?: number;
  /**
   * How long a borrower waits at most, validation on borrow included; `Infinity` for any time.
   * @defaultValue 30_000
   */
  readonly acquireTimeoutMs?: number;
  /** @defaultValue 10_000 */
  readonly createTimeoutMs?: number;
  /** @defaultValue 5_000 */
  readonly validateTimeoutMs?: number;
  /** @defaultValue 5_000 */
  readonly resetTimeoutMs?: number;
  /** @defaultValue 5_000 */
  readonly destroyTimeoutMs?: number;
  /**
   * A resource not used for this long is closed, unless `min` needs it; `Infinity` for never.
   * @defaultValue 600_000
   */
  readonly idleTimeoutMs?: number;
  /**
   * Which idle one is lent first: the one returned last, or first.
   * @defaultValue 'lifo'
   */
  readonly idleOrder?: 'lifo' | 'fifo';
  /**
   * Validates idle resources in the background, this long after they were last used or found good.
   * @defaultValue Infinity
   */
  readonly keepaliveMs?: number;
  /**
   * The share of `keepaliveMs` that is subtracted at random.
   * @defaultValue 0.1
   */
  readonly keepaliveJitter?: number;
  /** @defaultValue true when the factory has `validate` */
  readonly validateOnBorrow?: boolean;
  /**
   * A resource used more recently than this is lent without validation.
   * @defaultValue 500
   */
  readonly recheckAfterMs?: number;
  /** @defaultValue false */
  readonly validateOnReturn?: boolean;
  /**
   * A resource this old is closed as soon as nobody uses it; `Infinity` for never.
   * @defaultValue 1_800_000
   */
  readonly maxLifetimeMs?: number;
  /**
   * The share of `maxLifetimeMs` that is subtracted at random, drawn once per resource.
   * @defaultValue 0.025
   */
  readonly lifetimeJitter?: number;
  /**
   * How often a resource is lent before it is closed.
   * @defaultValue Infinity
   */
  readonly maxUses?: number;
  /**
   * How many borrowers may wait.
   * @defaultValue Infinity
   */
  readonly maxWaiting?: number;
  /**
   * Who goes when `maxWaiting` wait: the newcomer, the one that waits the longest, or the one of the lowest level if the
   * newcomer's is higher.
   * @defaultValue 'reject'
   */
  readonly whenFull?: 'reject' | 'drop-oldest' | 'drop-lowest';
  /**
   * How many levels there are, 1 to 16; level 0 is served first, and the default level is the middle one.
   * @defaultValue 3
   */
  readonly priorities?: number;
  /**
   * A borrower that waits this long goes before every level.
   * @defaultValue Infinity
   */
  readonly agingMs?: number;
  /**
   * How long to wait after failed creates.
   * @defaultValue exponential from 10 ms to 5 s with equal jitter
   */
  readonly createBackoff?: Backoff;
  /**
   * What becomes of the borrowers when nothing can be opened and nothing is open: `reject` tells them at once, `keep` lets
   * them wait until their own deadline.
   * @defaultValue 'reject'
   */
  readonly createErrors?: 'reject' | 'keep';
  /** Wraps every create: a breaker, a retry. */
  readonly createPolicy?: Policy;
  /** Leak reports; on by default. */
  readonly leak?: false | LeakOptions;
  /**
   * A limit that follows the load.
   * @defaultValue false
   */
  readonly adaptive?: false | AdaptiveOptions;
  /**
   * When `min` and `minIdle` are opened: at once, or with the first borrower.
   * @defaultValue 'background'
   */
  readonly warmup?: 'lazy' | 'background';
  /** Hears everything, the first events included. */
  readonly onEvent?: (event: PoolEvent) => void;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** @defaultValue systemRandom */
  readonly random?: Random;
  /** @defaultValue noopMeter */
  readonly meter?: Meter;
  /** @defaultValue noopLogger */
  readonly logger?: Logger;
}
