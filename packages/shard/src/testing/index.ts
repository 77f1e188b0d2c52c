export { type ContractTest, type StoreFixture, storeContract } from './store-contract.ts';
