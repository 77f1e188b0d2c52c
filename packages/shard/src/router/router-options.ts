import type { Clock, Logger, Meter, Random, Tracer } from '@xc/core';
import type { Heat } from '../heat/heat.ts';
import type { DataAdapter } from '../moving/data-adapter.ts';
import type { Partitioner } from '../partitioners/partitioner.ts';
import type { ReplicaView } from '../topology/replica-view.ts';
import type { ShardInfo } from '../topology/topology.ts';
import type { TopologyStore } from '../topology/topology-store.ts';
import type { RouteContext } from './route-context.ts';

/** Options of `createRouter`. */
export interface RouterOptions<C> {
  readonly partitioner: Partitioner;
  readonly store: TopologyStore;
  /** The client of a shard, or of one of its replicas. Called for each run: keep pools, not connections, behind it. */
  readonly connect: (shard: ShardInfo, context: RouteContext) => C | PromiseLike<C>;
  /** Which errors say that the data has refused an old term, besides every `XcError` of the code `XC_SHARD_FENCED`. */
  readonly isFenced?: (error: unknown) => boolean;
  /** How often the store is looked at, whatever its watch says. @defaultValue 5_000 */
  readonly refreshMs?: number;
  /** How long a refused write waits for the new owner. @defaultValue 10_000 */
  readonly bufferMs?: number;
  /** How many wait at a time; beyond, they are refused at once. @defaultValue 1_000 */
  readonly bufferMax?: number;
  /**
   * A fence that has been closed for so long has lost its mover, and the old owner goes on; above the rebalancer's `fenceMs`,
   * below `bufferMs`: else the writes that wait time out, and one that comes later opens it.
   * @defaultValue 8_000
   */
  readonly healFenceMs?: number;
  /**
   * The adapter that partitions are moved by, where the router has a part in it. With capture 'mirror' each write of a partition
   * on its way is marked at its owner, made, read back and applied to the other side; only `write` and `writeTogether` are. With
   * fencing 'lease' writes stop `leaseMs` after the topology was last seen, and while a partition is switched. Either way a
   * write has to end by the `writeDeadlineMs` of the adapter.
   */
  readonly mirror?: DataAdapter;
  /** With fencing 'lease': how long is written by a topology that was seen; not above the rebalancer's. @defaultValue 5_000 */
  readonly leaseMs?: number;
  /** Shards asked at a time by `many` and `scatter`. @defaultValue 8 */
  readonly concurrency?: number;
  /** @defaultValue 10_000 */
  readonly perShardTimeoutMs?: number;
  /** Lets every call ask several shards. @defaultValue false: each says so itself */
  readonly allowScatter?: boolean;
  /** What is known of replicas; without it all reads go to the primary. */
  readonly replicas?: ReplicaView;
  /** Told of each key; at each look the metric `xc_shard_skew` says how unevenly its costs lie on shards. */
  readonly heat?: Heat;
  /** @defaultValue the clock of the machine */
  readonly clock?: Clock;
  readonly random?: Random;
  readonly meter?: Meter;
  readonly logger?: Logger;
  readonly tracer?: Tracer;
}
