export { type RedisLockStoreOptions, redisLockStore } from './redis-store.ts';
