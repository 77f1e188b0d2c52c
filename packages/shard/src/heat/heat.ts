/** Which keys and partitions are hot, in constant memory. */
export interface Heat {
  /** Notes one call of a key, or what it cost. */
  record(key: string, partition: number, cost?: number): void;
  /**
   * The hottest keys, hottest first. The true count lies between `count - error` and `count`.
   * @throws RangeError for a count that is none.
   */
  topKeys(count: number): readonly HotKey[];
  /** The hottest partitions, hottest first. @throws RangeError for a count that is none. */
  topPartitions(count: number): readonly HotPartition[];
  /** What each partition costs, for `planRebalance`: as of now, and never of what comes later. */
  costs(): (partition: number) => number;
  /** How unevenly the cost lies on shards. */
  skew(owners: readonly string[]): Skew;
}

/** One key, and what it has cost. */
export interface HotKey {
  readonly key: string;
  readonly count: number;
  /** How much of `count` may have been of other keys. */
  readonly error: number;
}

/** One partition, and what it has cost. */
export interface HotPartition {
  readonly partition: number;
  readonly cost: number;
}

/** How unevenly costs lie. */
export interface Skew {
  /** 1: all the same. */
  readonly maxOverMean: number;
  /** Gini coefficient: 0 all the same, towards 1 all on one. */
  readonly gini: number;
  readonly hottest: string;
}
