/** One shard: a database, or whatever else holds partitions. */
export interface ShardInfo {
  readonly id: string;
  /** Its share of the data, relative to the others; 0 for none. @defaultValue 1 */
  readonly weight?: number;
  /** A draining shard still serves and is being emptied; one that is down fails its calls at once. @defaultValue 'active' */
  readonly state?: 'active' | 'draining' | 'down';
  /** Names of its replicas, for reads that may be stale. */
  readonly replicas?: readonly string[];
  /** Yours: a region, a version. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** How far a move has come. */
export type MovePhase =
  | 'planned'
  | 'dual-write'
  | 'copy'
  | 'catch-up'
  | 'verify'
  | 'cutover'
  | 'reversible'
  | 'cleanup'
  | 'done'
  | 'aborted'
  | 'reversed'
  | 'failed';

/**
 * A partition on its way from one shard to another; gone from the topology once it is over. Its owner tells the direction: while
 * that is `from`, what is written goes to `to` as well; once it is `to`, back to `from`. Not yet in 'planned', and not any more in
 * 'cleanup'. In 'cutover' nobody may write with the term that stands; whoever decides the term anew ends that.
 */
export interface Move {
  readonly moveId: string;
  readonly partition: number;
  readonly from: string;
  readonly to: string;
  readonly phase: MovePhase;
  /** The epoch at which the mover took the job; grows whenever another takes it over. */
  readonly mover: number;
}

/** Which shard owns which partition, at one epoch. Never changed, only followed by the next. */
export interface Topology {
  /** One higher with every change. */
  readonly epoch: number;
  /** The id of the partitioner; data placed by another one is somewhere else. */
  readonly partitioner: string;
  readonly shards: readonly ShardInfo[];
  /** Shard id of each partition. */
  readonly owners: readonly string[];
  /** How often the owner of each partition was decided. Writes carry it, and data refuses older ones. */
  readonly terms: readonly number[];
  /** Under way. */
  readonly moves: readonly Move[];
}
