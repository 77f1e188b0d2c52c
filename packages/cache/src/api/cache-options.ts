import type { Clock, Logger, Meter, Random, Tracer } from '@xc/core';
import type { Coherence } from '../coherence/coherence.ts';
import type { Tier } from '../tier/tier.ts';
import type { EntryOptions } from './entry-options.ts';
import type { L1Options } from './l1-options.ts';

/** Options of {@link createCache}. */
export interface CacheOptions {
  /**
   * Root of every stored key and `cache` label of every metric: 1 to 64 of `A-Z a-z 0-9 . _ -`.
   * @defaultValue 'cache'
   */
  readonly name?: string;
  /**
   * The memory tier; false: none.
   * @defaultValue \{\}
   */
  readonly l1?: L1Options | false;
  /**
   * A tier that nodes share, such as `redisTier(client)`.
   * @defaultValue none
   */
  readonly l2?: Tier;
  /**
   * How nodes tell each other of their changes. Without it, or while it hears nothing, a copy in memory of what
   * an `l2` holds is believed for at most 1 s.
   * @defaultValue none
   */
  readonly coherence?: Coherence;
  /** What entries are made with where a call does not say otherwise. */
  readonly defaults?: EntryOptions;
  /**
   * What keeps a stored value from being changed by who holds it: plain objects and arrays are frozen deeply when they are
   * stored, or every hit gets a `structuredClone`, or nothing does.
   * @defaultValue 'freeze'
   */
  readonly values?: 'freeze' | 'clone' | 'share';
  /**
   * Refreshes and prefetches that run at once; what is beyond is dropped and counted.
   * @defaultValue 64
   */
  readonly maxBackgroundLoads?: number;
  /**
   * Length of an encoded value up to which it goes to `l2`; larger ones are served and counted.
   * @defaultValue 8_388_608
   */
  readonly maxValueBytes?: number;
  /**
   * Versions of tags and prefixes that are kept exactly; beyond it the oldest collapse, and what is older than they were is a
   * miss.
   * @defaultValue 10_000
   */
  readonly maxLiveGroups?: number;
  /** Invalidations that wait for an `l2` that is away. */
  readonly recovery?: RecoveryOptions;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** @defaultValue systemRandom */
  readonly random?: Random;
  /** @defaultValue noopMeter */
  readonly meter?: Meter;
  /** @defaultValue noopLogger */
  readonly logger?: Logger;
  /** @defaultValue noopTracer */
  readonly tracer?: Tracer;
}

/** How invalidations are repeated that did not reach the tier. */
export interface RecoveryOptions {
  /**
   * Targets that may wait; beyond it all of them become one invalidation of everything.
   * @defaultValue 10_000
   */
  readonly maxKeys?: number;
  /**
   * Milliseconds between tries.
   * @defaultValue 1_000
   */
  readonly retryMs?: number;
}
