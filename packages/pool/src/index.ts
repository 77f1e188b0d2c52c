export { memoryPoolStore } from './memory-store.ts';
export { createPool, type Pool, type PoolOptions, type TouchOptions } from './pool.ts';
export type { PoolStore } from './store.ts';
