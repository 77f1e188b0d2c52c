export { memoryShardStore } from './memory-store.ts';
export { createShard, type Shard, type ShardOptions, type TouchOptions } from './shard.ts';
export type { ShardStore } from './store.ts';
