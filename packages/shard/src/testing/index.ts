export { type JournalFixture, journalContract } from './journal-contract.ts';
export { type ContractCase, type StoreFixture, storeContract } from './store-contract.ts';
