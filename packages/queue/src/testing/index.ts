export { type QueueStorePromise, queueStoreContract } from './store-contract.ts';
