export { type Cache, type CacheOptions, createCache, type TouchOptions } from './cache.ts';
export { memoryCacheStore } from './memory-store.ts';
export type { CacheStore } from './store.ts';
