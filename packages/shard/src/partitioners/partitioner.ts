import type { KeyPart, ShardKey } from '../keys/shard-key.ts';

/**
 * Which partition a key is in: a pure function, frozen for ever, and named in the topology. To change it is to move all data,
 * so there are far more partitions than there will ever be shards.
 */
export interface Partitioner {
  /** Names the function with all that decides its answers: 'hash:xxh32:4096:0'. A topology with another id is refused. */
  readonly id: string;
  /** How many there are: 1 to 65,536. */
  readonly partitions: number;
  /**
   * The partition of a key, 0 to `partitions - 1`.
   * @throws TypeError for what is no key; XcError `XC_SHARD_NO_PARTITION` for a key that has none.
   */
  of(key: ShardKey): number;
  /** Partitions that keys in [from, to) can be in, ascending; `undefined`: any. */
  between?(from: KeyPart, to: KeyPart): readonly number[] | undefined;
  /** Partitions that keys starting with these parts can be in (a tenant, a region), ascending. */
  under?(prefix: readonly KeyPart[]): readonly number[];
  /** Where a look-up is needed; a router calls it instead of `of`. Answers in the order of `keys`. */
  locate?(keys: readonly ShardKey[], signal: AbortSignal): Promise<readonly number[]>;
}

/** Most partitions that a partitioner can have. */
export const MOST_PARTITIONS = 65_536;
