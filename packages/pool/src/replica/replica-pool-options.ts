import type { Clock, Logger, Meter, Random } from '@xc/core';
import type { DatabaseNode, ReplicationView } from './replication-view.ts';

/** The nodes of a replicated database, how they are looked at, and how much is asked of them. */
export interface ReplicaPoolOptions<T> {
  /** At least one. Roles are discovered, never configured. */
  readonly nodes: readonly DatabaseNode<T>[];
  readonly view: ReplicationView<T>;
  /** @defaultValue 1_000 */
  readonly probeEveryMs?: number;
  /**
   * A probe that takes longer has failed.
   * @defaultValue 1_000
   */
  readonly probeTimeoutMs?: number;
  /**
   * So many failed probes in a row eject a node, unless it is the last that can be read.
   * @defaultValue 3
   */
  readonly ejectAfter?: number;
  /**
   * So many good probes in a row bring it back.
   * @defaultValue 2
   */
  readonly readmitAfter?: number;
  /**
   * No read goes to a replica that lags more, as last probed; `Infinity` for any.
   * @defaultValue 5_000
   */
  readonly maxStalenessMs?: number;
  /**
   * How long a read of a session waits for a replica to get as far as its writes before it goes to the primary; 0: not at all.
   * @defaultValue 0
   */
  readonly waitForReplicaMs?: number;
  /**
   * Where a read goes when no replica is fresh enough; `fail` is XC_POOL_STALE.
   * @defaultValue 'primary'
   */
  readonly whenAllStale?: 'primary' | 'fail';
  /**
   * How long a write waits for a primary before it fails with XC_POOL_NO_PRIMARY.
   * @defaultValue 30_000
   */
  readonly failoverTimeoutMs?: number;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** @defaultValue systemRandom */
  readonly random?: Random;
  /** @defaultValue noopMeter */
  readonly meter?: Meter;
  /** @defaultValue noopLogger */
  readonly logger?: Logger;
}
