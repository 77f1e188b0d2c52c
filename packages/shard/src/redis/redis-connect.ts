import { shown } from '../keys/shown.ts';
import type { Partitioner } from '../partitioners/partitioner.ts';
import type { ShardInfo } from '../topology/topology.ts';
import { DEADLINE_MS } from './keys.ts';
import { checkShards, clientOf, RedisShard, type RedisShards } from './redis-shards.ts';
import { type CommandArgument, type RedisRoute, ShardCommands } from './shard-commands.ts';

/** Options of {@link redisConnect}. */
export interface RedisConnectOptions {
  /** The one of the router: with it a key of another partition is refused. Needed to write in a call about several partitions. */
  readonly partitioner?: Partitioner;
  /** How long a command may take, in ms, whatever the client does. @defaultValue 2_000 */
  readonly deadlineMs?: number;
}

/** Commands on one shard, for one call of a router. */
export interface RedisShardClient {
  /**
   * Runs a command about one key in one round trip. One that writes is refused by the server when its term is too old, and its key
   * is marked while a move captures changes, all in one step. Answers and fails as the client does.
   *
   * @param command - In whatever case; with its second word where that stands before the key: `XGROUP CREATE`.
   * @throws FencedError: the partition has another owner, or is about to; a router waits for it and writes again.
   * @throws TypeError for a command that is not about one key, its first argument, and for a key of another partition. The errors
   * of `@xc/redis` when Redis is out of reach; the reason of the signal.
   */
  call(command: string, key: string | Uint8Array, ...args: readonly CommandArgument[]): Promise<unknown>;
  /** The same, with bytes where `call` gives text. */
  callBuffer(command: string, key: string | Uint8Array, ...args: readonly CommandArgument[]): Promise<unknown>;
}

/**
 * Gives a router its clients. Replicas are looked for among the shards by the names that the topology has for them; where there is none,
 * the primary answers.
 *
 * @throws TypeError for a shard that is no client of ioredis, or one of a Cluster.
 *
 * @example
 * ```ts
 * const shards = { north: new Redis(northUrl), south: new Redis(southUrl) };
 * const router = await createRouter({ partitioner, store, connect: redisConnect(shards, { partitioner }) });
 * await router.write('user:42', (redis) => redis.call('HSET', 'user:42', 'name', 'Ada'));
 * ```
 */
export function redisConnect(
  shards: RedisShards,
  options: RedisConnectOptions = {},
): (shard: Pick<ShardInfo, 'id'>, route: RedisRoute) => RedisShardClient {
  const { partitioner, deadlineMs = DEADLINE_MS } = options;
  checkShards(shards);
  if (!(Number.isFinite(deadlineMs) && deadlineMs > 0)) {
    throw new RangeError(`deadlineMs must be a positive number, got ${shown(deadlineMs)}`);
  }
  return ({ id }, route) => {
    const { replica } = route;
    const name = replica !== undefined && Object.hasOwn(shards, replica) ? replica : id;
    const commands = new ShardCommands(new RedisShard(clientOf(shards, name)), route, partitioner, deadlineMs);
    return {
      call: (command, key, ...args) => commands.run(command, key, args, false),
      callBuffer: (command, key, ...args) => commands.run(command, key, args, true),
    };
  };
}
