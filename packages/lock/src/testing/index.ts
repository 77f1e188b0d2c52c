export { type ChaosPlan, chaosLockStore } from './chaos-store.ts';
export { lockStoreContract } from './lock-store-contract.ts';
export type { LockStoreCase, LockStoreFixture } from './lock-store-fixture.ts';
