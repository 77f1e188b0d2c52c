export { createLock, type Lock, type LockOptions, type TouchOptions } from './lock.ts';
export { memoryLockStore } from './memory-store.ts';
export type { LockStore } from './store.ts';
