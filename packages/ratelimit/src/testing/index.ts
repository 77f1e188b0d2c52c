export { type RatelimitStorePromise, ratelimitStoreContract } from './store-contract.ts';
