import pg from 'pg';
import {
  createRebalancer,
  createRouter,
  hashPartitions,
  type Journal,
  type Rebalancer,
  type RebalancerOptions,
  type Router,
  type TopologyStore,
} from '../src/index.ts';
import { type PgAdapter, type PgShard, pgAdapter, pgConnect, pgJournal, pgTopologyStore } from '../src/pg/index.ts';
import type { FoundRow } from '../src/testing/index.ts';

export const partitioner = hashPartitions({ partitions: 16 });

/** Where everything is: the shards by id; topology and journal are with the first of them. */
export type PgAddresses = Readonly<Record<string, string>>;

/** A process's view of sharded databases. */
export interface PgParty extends AsyncDisposable {
  readonly pools: Readonly<Record<string, pg.Pool>>;
  readonly store: TopologyStore;
  readonly journal: Journal;
  readonly adapter: PgAdapter;
  rebalancer(options?: Partial<RebalancerOptions>): Rebalancer;
  router(): Promise<Router<PgShard>>;
}

/** Opens connections of its own. */
export function joinPg(addresses: PgAddresses): PgParty {
  const pools = Object.fromEntries(
    Object.entries(addresses).map(([id, connectionString]) => {
      const pool = new pg.Pool({ connectionString, max: 8, connectionTimeoutMillis: 5_000 });
      pool.on('error', () => undefined);
      return [id, pool];
    }),
  );
  const [book] = Object.values(pools) as [pg.Pool];
  const store = pgTopologyStore(book);
  const journal = pgJournal(book);
  const adapter = pgAdapter({
    shards: pools,
    tables: [{ name: 'item', key: 'id', partition: 'xc_partition' }],
    partitions: partitioner.partitions,
  });
  return {
    ...{ pools, store, journal, adapter },
    rebalancer: (options) => createRebalancer({ store, journal, adapter, ...options }),
    router: () => createRouter({ partitioner, store, connect: pgConnect(pools) }),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      for (const pool of Object.values(pools)) await pool.end();
    },
  };
}

/** Makes the tables of users, and ours. */
export async function prepared(party: PgParty): Promise<void> {
  for (const pool of Object.values(party.pools)) {
    await pool.query(`create table item (id text primary key, xc_partition int not null, value text);
      create index on item (xc_partition, id)`);
  }
  await party.adapter.install();
}

/** Owners of all partitions, in turn. */
export function owned(by: readonly string[]): readonly string[] {
  return Array.from({ length: partitioner.partitions }, (_, partition) => by[partition % by.length] as string);
}

/** Every row of every shard. */
export async function everyRow({ pools }: PgParty): Promise<readonly FoundRow[]> {
  const rows: FoundRow[] = [];
  for (const [shard, pool] of Object.entries(pools)) {
    const found = await pool.query<{ id: string; value: string }>('select id, value from item');
    for (const { id, value } of found.rows) rows.push({ shard, key: id, value });
  }
  return rows;
}

/** What of moves is left on a shard. */
export async function leftovers(pool: pg.Pool): Promise<readonly unknown[]> {
  const captured = await pool.query('select partition, capture from xc_shard.partition where capture is not null');
  return captured.rows;
}
