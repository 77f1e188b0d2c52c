export { type RedisRatelimitStoreOptions, redisRatelimitStore } from './redis-store.ts';
