import { pipeline } from 'node:stream/promises';
import {
  createRouter,
  createTopology,
  hashPartitions,
  memoryTopologyStore,
  type Router,
  type TopologyStore,
} from '@xc/shard';
import { type PgAdapter, type PgShard, pgAdapter, pgConnect } from '@xc/shard/pg';
import { startPostgres } from '@xc/test-support';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { readPlaces } from '../data/geonames.ts';
import type { Place } from '../data/place.ts';

/** Databases that the cities are in from the beginning, and one that comes later. */
const FIRST = ['a', 'b', 'c', 'd'];
export const LATER = 'e';

/** A city somewhere: what of it changes, and where it was found. */
export interface FoundCity {
  readonly shard: string;
  readonly key: string;
  readonly value: number;
}

/** The table of cities over several databases. */
export interface CityShards extends AsyncDisposable {
  readonly places: readonly Place[];
  readonly store: TopologyStore;
  readonly adapter: PgAdapter;
  readonly router: Router<PgShard>;
  partitionOf(key: string): number;
  /** The population of every city, wherever there is a row of it. */
  everyCity(): Promise<readonly FoundCity[]>;
}

/** Starts a server with five databases, and spreads the cities over four of them. */
export async function openCityShards(): Promise<CityShards> {
  const partitioner = hashPartitions({ partitions: 128 });
  const ids = [...FIRST, LATER];
  const settings = { jit: 'off', max_parallel_workers_per_gather: 0 };
  const [server, places] = await Promise.all([startPostgres({ databases: ids.length, settings }), readPlaces()]);
  const pools = Object.fromEntries(ids.map((id, index) => [id, openPool(server.urls[index] as string)]));
  const topology = createTopology({ partitioner, shards: FIRST.map((id) => ({ id })) });
  const store = memoryTopologyStore(topology);
  const tables = [{ name: 'places', key: 'id', partition: 'xc_partition' }];
  const adapter = pgAdapter({ shards: pools, tables, partitions: partitioner.partitions });
  const end = async (): Promise<void> => {
    await Promise.all(Object.values(pools).map((pool) => pool.end()));
    await server[Symbol.asyncDispose]();
  };
  try {
    const partitionOf = (key: string): number => partitioner.of(key);
    const shardOf = (place: Place): string => topology.owners[partitionOf(String(place.id))] as string;
    await Promise.all(
      ids.map((id) => createTable(pools[id] as pg.Pool, places.filter((place) => shardOf(place) === id), partitionOf)), // biome-ignore format: one thing
    );
    await adapter.install();
    const router = await createRouter({ partitioner, store, connect: pgConnect(pools) });
    return {
      ...{ places, store, adapter, router, partitionOf },
      everyCity: () => everyCity(pools),
      async [Symbol.asyncDispose]() {
        await router[Symbol.asyncDispose]();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function openPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 8 });
  pool.on('error', () => {});
  return pool;
}

async function createTable(
  pool: pg.Pool,
  places: readonly Place[],
  partitionOf: (key: string) => number,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      'CREATE TABLE places (id integer NOT NULL, name text NOT NULL, country text NOT NULL, population integer NOT NULL, xc_partition integer NOT NULL)',
    );
    await pipeline(lines(places, partitionOf), client.query(copyFrom('COPY places FROM STDIN')));
    await client.query('ALTER TABLE places ADD PRIMARY KEY (id)');
    // What a mover reads is all of one partition, in the order of the keys.
    await client.query('CREATE INDEX ON places (xc_partition, id)');
    await client.query('COMMIT');
    await client.query('ANALYZE places');
  } finally {
    client.release();
  }
}

function* lines(places: readonly Place[], partitionOf: (key: string) => number): Generator<string> {
  for (let from = 0; from < places.length; from += 2_000) {
    yield places
      .slice(from, from + 2_000)
      .map(({ id, name, country, population }) => {
        const text = name.replaceAll(/[\\\t\n\r]/g, (character) => `\\${character}`);
        return `${id}\t${text}\t${country}\t${population}\t${partitionOf(String(id))}\n`;
      })
      .join('');
  }
}

async function everyCity(pools: Readonly<Record<string, pg.Pool>>): Promise<readonly FoundCity[]> {
  const found = await Promise.all(
    Object.entries(pools).map(async ([shard, pool]) => {
      const { rows } = await pool.query<{ id: number; population: number }>('SELECT id, population FROM places');
      return rows.map(({ id, population }) => ({ shard, key: String(id), value: population }));
    }),
  );
  return found.flat();
}
