import { type Clock, systemClock } from '@xc/core';
import { checkInteger, shown } from '../keys/shown.ts';
import type { DataAdapter, Row } from '../moving/data-adapter.ts';
import { checkEnvironment } from '../telemetry/check-environment.ts';
import type { ShardInfo } from '../topology/topology.ts';
import { memoryAdapter } from './memory-shards/memory-adapter.ts';
import { type ClientContext, type MemoryClient, memoryClient } from './memory-shards/memory-client.ts';
import { type MemoryCall, ShardData } from './memory-shards/shard-data.ts';

/** Options of `memoryShards`. */
export interface MemoryShardsOptions {
  /** Who notes what changes during a move: the data itself, or the router. @defaultValue 'log' */
  readonly capture?: 'log' | 'mirror';
  /** Whether the data refuses writes of old terms. @defaultValue 'data' */
  readonly fencing?: 'data' | 'lease';
  /** Capture 'mirror': how old a mark must be before its write cannot be under way any more. @defaultValue 2_000 */
  readonly writeDeadlineMs?: number;
  /** What the age of marks is told by. @defaultValue the clock of the machine */
  readonly clock?: Clock;
  /**
   * Told of every call before its effect and after it, and waited for. Give others their turn here, by a seed; throw, and the
   * call fails without its effect, or after it.
   */
  readonly interleave?: (call: MemoryCall) => void | PromiseLike<void>;
}

/** One partition of one shard, as it is at this moment. */
export interface PartitionState {
  /** In key order; tombstones are none. */
  readonly rows: readonly Row[];
  /** Keys that are remembered as deleted. */
  readonly tombstones: readonly string[];
  /** Moves that changes are captured for. */
  readonly captures: readonly string[];
  /** Changes or marks that were not taken back. */
  readonly pending: number;
  /** The lowest term that may write. */
  readonly minTerm: number;
  /** The highest that has claimed the place; 0: none. */
  readonly mover: number;
  /** Transactions that have written and not ended. */
  readonly writers: number;
}

/** Several shards in this process. */
export interface MemoryShards {
  readonly adapter: DataAdapter;
  /** A client for one call of a router. */
  connect(shard: Pick<ShardInfo, 'id'>, context: ClientContext): MemoryClient;
  /** What is there now; changes nothing. */
  inspect(shard: string, partition: number): PartitionState;
  /** Ids of the shards that something was asked of. */
  readonly shards: readonly string[];
  /** Partitions that something was asked of on a shard. */
  partitions(shard: string): readonly number[];
  /** From now on every call to the shard fails, transactions under way included. */
  stop(shard: string): void;
  /** The shard is there again, with the data that it had. */
  start(shard: string): void;
}

/**
 * Makes shards in memory that keep every promise of a `DataAdapter`, in four forms: for tests of what is built on one. Fences
 * wait for the transactions inside, as those of a database do.
 *
 * @example
 * ```ts
 * const { adapter, connect, inspect } = memoryShards();
 * const router = await createRouter({ partitioner, store, connect });
 * const rebalancer = createRebalancer({ store, journal: memoryJournal(), adapter });
 * ```
 *
 * @throws TypeError or RangeError for options that are none.
 */
export function memoryShards(options: MemoryShardsOptions = {}): MemoryShards {
  const { capture = 'log', fencing = 'data', writeDeadlineMs = 2_000, clock = systemClock, interleave } = options;
  if (capture !== 'log' && capture !== 'mirror') {
    throw new TypeError(`capture must be 'log' or 'mirror', got ${shown(capture)}`);
  }
  if (fencing !== 'data' && fencing !== 'lease') {
    throw new TypeError(`fencing must be 'data' or 'lease', got ${shown(fencing)}`);
  }
  if (interleave !== undefined && typeof interleave !== 'function') {
    throw new TypeError(`interleave must be a function, got ${shown(interleave)}`);
  }
  checkEnvironment({ clock });
  checkInteger('writeDeadlineMs', writeDeadlineMs, 0, Number.MAX_SAFE_INTEGER);
  const shards = new ShardData({ capture, fencing, writeDeadlineMs, clock, interleave });
  return {
    adapter: memoryAdapter(shards),
    connect: ({ id }, context) => memoryClient(shards, id, context),
    inspect(shard, partition) {
      const { rows, tombstones, captures, minTerm, mover, gate } = shards.of(shard, partition);
      let pending = 0;
      for (const capturing of captures.values()) pending += capturing.pending;
      return { rows, tombstones, captures: [...captures.keys()], pending, minTerm, mover, writers: gate.inside };
    },
    get shards() {
      return shards.shards;
    },
    partitions: (shard) => shards.partitions(shard),
    stop: (shard) => shards.stop(shard),
    start: (shard) => shards.start(shard),
  };
}
