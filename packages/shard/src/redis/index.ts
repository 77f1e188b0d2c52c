export type { NamedOptions } from './keys.ts';
export { type LeaseNodeOptions, leaseNode, type NodeLease } from './lease-node.ts';
export { type RedisAdapterOptions, redisAdapter } from './redis-adapter.ts';
export { type RedisConnectOptions, type RedisShardClient, redisConnect } from './redis-connect.ts';
export { redisJournal } from './redis-journal.ts';
export type { RedisShards } from './redis-shards.ts';
export { redisTopologyStore } from './redis-topology-store.ts';
export type { RedisValue } from './rows.ts';
export type { CommandArgument, RedisRoute } from './shard-commands.ts';
