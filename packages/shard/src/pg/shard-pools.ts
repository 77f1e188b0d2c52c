import { shown } from '../keys/shown.ts';
import type { PgLendingPool, PgPool, PgPooledClient, PgShards } from './pg-pool.ts';

/** One pool as the others here want it. */
export function pgPoolOf(name: string, pool: PgPool | PgLendingPool): PgPool {
  if (typeof pool === 'object' && pool !== null) {
    if ('connect' in pool && typeof pool.connect === 'function' && typeof pool.query === 'function') return pool;
    if ('acquire' in pool && typeof pool.acquire === 'function') return lending(pool);
  }
  throw new TypeError(`${name} must be a pool of connections to PostgreSQL, got ${shown(pool)}`);
}

/**
 * The pools of all shards, by id.
 * @throws TypeError for what is no pool.
 */
export function shardPools(shards: PgShards): ReadonlyMap<string, PgPool> {
  if (typeof shards !== 'object' || shards === null) throw new TypeError(`shards must be pools, got ${shown(shards)}`);
  const pools = new Map(Object.entries(shards).map(([id, pool]) => [id, pgPoolOf(`shard ${shown(id)}`, pool)]));
  if (pools.size === 0) throw new TypeError('shards must be pools, got none');
  return pools;
}

/** @throws TypeError for a shard that has no pool. */
export function poolOf(pools: ReadonlyMap<string, PgPool>, shard: string): PgPool {
  const pool = pools.get(shard);
  if (pool !== undefined) return pool;
  throw new TypeError(`shard must be one of ${[...pools.keys()].join(', ')}, got ${shown(shard)}`);
}

function lending(pool: PgLendingPool): PgPool {
  const connect = async (): Promise<PgPooledClient> => {
    const lease = await pool.acquire();
    const release = (destroy?: boolean | Error): void => {
      if (destroy === undefined || destroy === false) lease.release();
      // Nobody waits for a connection to be closed, and nobody would hear of it.
      else void lease.destroy().catch(() => undefined);
    };
    return lent(lease.value, release);
  };
  return {
    connect,
    async query(text, values) {
      const client = await connect();
      try {
        return await client.query(text, values);
      } finally {
        client.release();
      }
    },
  };
}

/** The client itself, with one method more: whatever else it has is still there. */
function lent<C extends object>(client: C, release: PgPooledClient['release']): C & PgPooledClient {
  return new Proxy(client, {
    get(target, name) {
      if (name === 'release') return release;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' && name !== 'constructor' ? value.bind(target) : value;
    },
  }) as C & PgPooledClient;
}
