import type { Clock, Random } from '@xc/core';
import type { AcquireOptions } from '../acquire-options.ts';

/** How strictly transactions that run at once are kept apart. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

/** What a transaction asks for, of the pool and of the database. */
export interface TransactionOptions extends AcquireOptions {
  /** @defaultValue the database's */
  readonly isolation?: Isolation;
  /** @defaultValue false */
  readonly readOnly?: boolean;
  /**
   * How often it is run at most, when it fails for reasons that another run may not have.
   * @defaultValue 3
   */
  readonly attempts?: number;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** @defaultValue systemRandom */
  readonly random?: Random;
}
