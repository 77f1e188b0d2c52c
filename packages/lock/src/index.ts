export type { AcquireOptions } from './acquire-options.ts';
export { createLocks, type LocksOptions } from './create-locks.ts';
export { type FencedUpdate, fencedUpdate, type SqlStatement } from './fenced-update.ts';
export type { LockErrorCode } from './lock-error.ts';
export type { Leadership, LeadOptions, Locks } from './locks.ts';
export { type MemoryLockStoreOptions, memoryLockStore } from './memory-store.ts';
export type { Answer, LockAnswer, LockClaim, LockFacts, LockStore } from './store.ts';
