export { type ShardStorePromise, shardStoreContract } from './store-contract.ts';
