export { quorumLockStore } from './quorum-store.ts';
export { redisLockStore } from './redis-store.ts';
export type { RedisLockStoreOptions } from './store-options.ts';
