export { type LockStorePromise, lockStoreContract } from './store-contract.ts';
