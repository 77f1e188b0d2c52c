export { type CacheStorePromise, cacheStoreContract } from './store-contract.ts';
