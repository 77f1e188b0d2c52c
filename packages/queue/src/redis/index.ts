export { type RedisQueueStoreOptions, redisQueueStore } from './redis-store.ts';
