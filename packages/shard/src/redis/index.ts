export { type RedisShardStoreOptions, redisShardStore } from './redis-store.ts';
