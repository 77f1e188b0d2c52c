import { checkInteger, shown } from '../keys/shown.ts';
import type { DataAdapter, Place } from '../moving/data-adapter.ts';
import { acknowledgeChanges, changedKeys, endCapture, removeStrayChanges } from './change-log.ts';
import { beginCapture, claimPlace, closeFence, lowestTerm } from './gates.ts';
import { guardCheck } from './guard-check.ts';
import { inspectShard } from './inspect-shard.ts';
import { installOn, uninstallOn } from './install.ts';
import { PartitionRows } from './partition-rows.ts';
import { placesOf } from './pg-places.ts';
import type { PgShards } from './pg-pool.ts';
import { RowKeys } from './row-key.ts';
import { poolOf, shardPools } from './shard-pools.ts';
import { checkPartitions, checkSchema, checkTables, type PgTable } from './table-options.ts';

/** Options of {@link pgAdapter}. */
export interface PgAdapterOptions {
  /** The databases, by shard id. */
  readonly shards: PgShards;
  /** Tables whose rows belong to partitions; who refers to another comes after it. */
  readonly tables: readonly PgTable[];
  /** How many partitions there are. */
  readonly partitions: number;
  /** Where in each database our own tables are. @defaultValue 'xc_shard' */
  readonly schema?: string;
}

/** The data of shards in PostgreSQL, as a mover needs it. */
export interface PgAdapter extends DataAdapter {
  /**
   * Makes, in each database, what movers and routers need: a schema with two tables, and a trigger on each of the tables. May be
   * called at any time, by several processes at once, and changes nothing where everything is there. Writers wait for it for
   * half a second at most.
   * @throws XcError `XC_SHARD_TABLE_UNFIT` for a table whose rows cannot be moved: its key may be null or is not unique, others that
   * refer to it are none of the tables or come before it, others inherit from it (`inherits`; partitions of its own are fine), or it
   * refers to itself and this role may not set `session_replication_role`.
   */
  install(): Promise<void>;
  /** Takes all of it away again. Nothing is fenced then: no router must be left that relies on it. */
  uninstall(): Promise<void>;
}

/**
 * Moves rows between databases of PostgreSQL (14 or newer). A trigger refuses writes of old terms, in every isolation level, and
 * notes the keys of rows that change while they are moved. Rows are copied as text, so that every type arrives as it was.
 *
 * A mover refuses to begin, and to switch, with XcError `XC_SHARD_NOT_INSTALLED` where a table has no trigger: one that was made
 * anew, or is new among the tables, needs `install` once more.
 *
 * Tables should have an index that begins with the partition and goes on with the key. A mover whose role may set
 * `session_replication_role` writes as replication does: triggers of the application do not run a second time.
 *
 * @example
 * ```ts
 * const adapter = pgAdapter({
 *   shards: { north: new Pool({ ... }), south: new Pool({ ... }) },
 *   tables: [{ name: 'account', key: 'id', partition: 'xc_partition' }],
 *   partitions: 4096,
 * });
 * await adapter.install();
 * const rebalancer = createRebalancer({ store, journal, adapter });
 * ```
 *
 * @throws TypeError or RangeError for options that are none.
 */
export function pgAdapter(options: PgAdapterOptions): PgAdapter {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${shown(options)}`);
  }
  const pools = shardPools(options.shards);
  const tables = checkTables(options.tables);
  const partitions = checkPartitions(options.partitions);
  const schema = checkSchema(options.schema ?? 'xc_shard');
  const places = placesOf(schema);
  const keys = new RowKeys(tables);
  const gate = { places, check: guardCheck(schema, tables) };
  const installation = { schema, places, tables, partitions };
  const pool = ({ shard, partition, mover }: Place) => {
    checkInteger('partition', partition, 0, partitions - 1);
    checkInteger('mover', mover, 0, Number.MAX_SAFE_INTEGER);
    return poolOf(pools, shard);
  };
  const rows = new PartitionRows({ pool, places, tables, keys });
  return {
    name: 'pg',
    capture: 'log',
    fencing: 'data',
    async install() {
      for (const one of pools.values()) await installOn(one, installation);
    },
    async uninstall() {
      for (const one of pools.values()) await uninstallOn(one, installation);
    },
    claim: async (at, signal) => await claimPlace(pool(at), places, at, signal),
    scan: (at, after, limit, signal) => rows.scan(at, after, limit, signal),
    read: (at, wanted, signal) => rows.read(at, wanted, signal),
    apply: (at, changes, signal) => rows.apply(at, changes, signal),
    digest: (at, buckets, signal) => rows.digest(at, buckets, signal),
    bucket: (at, bucket, buckets, signal) => rows.bucket(at, { bucket, buckets }, signal),
    hashes: (at, wanted, signal) => rows.hashes(at, wanted, signal),
    count: (at, signal) => rows.count(at, signal),
    purge: (at, limit, signal) => rows.purge(at, limit, signal),
    async startCapture(at, signal) {
      await beginCapture(pool(at), gate, at, signal);
      await removeStrayChanges(pool(at), places, at.partition, signal);
    },
    async changes(at, limit, signal) {
      checkInteger('limit', limit, 1, Number.MAX_SAFE_INTEGER);
      return await changedKeys(pool(at), places, keys, at, limit, signal);
    },
    acknowledge: async (at, ack, signal) => await acknowledgeChanges(pool(at), places, at, ack, signal),
    stopCapture: async (at, signal) => await endCapture(pool(at), places, at, signal),
    async fence(at, minTerm, signal) {
      checkInteger('minTerm', minTerm, 0, Number.MAX_SAFE_INTEGER);
      await closeFence(pool(at), gate, at, minTerm, signal);
    },
    lowestTerm: async (at, signal) => await lowestTerm(pool(at), places, at, signal),
    inspect: async (shard, signal) => await inspectShard(poolOf(pools, shard), places, tables, signal),
  };
}
