import { type Server, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
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
import {
  type RedisShardClient,
  redisAdapter,
  redisConnect,
  redisJournal,
  redisTopologyStore,
} from '../src/redis/index.ts';
import type { FoundRow } from '../src/testing/index.ts';

export const partitioner = hashPartitions({ partitions: 16 });

/** Where everything is: the shards by id, and who keeps topology and journal. */
export interface Addresses {
  readonly shards: Readonly<Record<string, number>>;
  readonly book: number;
}

/** A process's view of sharded Redis servers. */
export interface RedisParty extends AsyncDisposable {
  readonly shards: Readonly<Record<string, Redis>>;
  /** Where topology and journal are. */
  readonly book: Redis;
  client(shard: string): Redis;
  readonly store: TopologyStore;
  readonly journal: Journal;
  rebalancer(options?: Partial<RebalancerOptions>): Rebalancer;
  router(): Promise<Router<RedisShardClient>>;
}

/** Opens clients of its own. */
export function joinRedis({ shards: ports, book }: Addresses): RedisParty {
  const open = (port: number): Redis => {
    const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    return client;
  };
  const shards = Object.fromEntries(Object.entries(ports).map(([id, port]) => [id, open(port)]));
  const own = open(book);
  const store = redisTopologyStore(own, { name: 'test' });
  const journal = redisJournal(own, { name: 'test' });
  return {
    ...{ shards, store, journal, book: own },
    client: (shard) => shards[shard] as Redis,
    rebalancer: (options) =>
      createRebalancer({ store, journal, adapter: redisAdapter({ shards, partitioner }), ...options }),
    router: () => createRouter({ partitioner, store, connect: redisConnect(shards, { partitioner }) }),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      for (const client of [...Object.values(shards), own]) client.disconnect();
    },
  };
}

/** Servers of one test. */
export interface RedisServers extends AsyncDisposable {
  readonly servers: readonly Server[];
  readonly addresses: Addresses;
}

/** Starts a server for each shard, and one for topology and journal. */
export async function startShards(ids: readonly string[]): Promise<RedisServers> {
  const servers = await Promise.all([...ids, 'book'].map(() => startRedis()));
  const ports = servers.map(({ port }) => port);
  const shards = Object.fromEntries(ids.map((id, index) => [id, ports[index] as number]));
  return {
    servers,
    addresses: { shards, book: ports.at(-1) as number },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

/** Owners of all partitions, in turn. */
export function owned(by: readonly string[]): readonly string[] {
  return Array.from({ length: partitioner.partitions }, (_, partition) => by[partition % by.length] as string);
}

/** Every text of every shard. */
export async function everyRow(shards: Readonly<Record<string, Redis>>): Promise<readonly FoundRow[]> {
  const rows: FoundRow[] = [];
  for (const [shard, client] of Object.entries(shards)) {
    const keys = (await client.keys('*')).filter((key) => !key.startsWith('xc:shard:'));
    const values = keys.length === 0 ? [] : await client.mget(keys);
    for (const [index, key] of keys.entries()) rows.push({ shard, key, value: values[index] ?? undefined });
  }
  return rows;
}

/** What of ours is left on a shard. */
export async function leftovers(client: Redis): Promise<readonly string[]> {
  const captures = (await client.hkeys('xc:shard:guard')).filter((field) => field.endsWith(':capture'));
  const keys = (await client.keys('xc:shard:*')).filter((key) => key !== 'xc:shard:guard');
  return [...captures, ...keys];
}
