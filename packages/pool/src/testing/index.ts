export { type PoolStorePromise, poolStoreContract } from './store-contract.ts';
