export { type RedisCacheStoreOptions, redisCacheStore } from './redis-store.ts';
