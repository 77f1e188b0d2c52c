export type { AdapterFixture, AdapterTraits, HeldWrite, UserPlace } from './adapter-contract/adapter-fixture.ts';
export { adapterContract } from './adapter-contract.ts';
export { CrashedError, type CrashPoint, crashAfter, crashPoint } from './crash-after.ts';
export type { FoundRow, HistoryRead, HistoryViolation, HistoryWrite, WriteOutcome } from './history/history.ts';
export {
  type HistoryChecker,
  type HistoryCheckerOptions,
  type HistoryEnd,
  historyChecker,
} from './history-checker.ts';
export { type JournalFixture, journalContract } from './journal-contract.ts';
export type { ClientContext, MemoryClient, MemoryTransaction } from './memory-shards/memory-client.ts';
export type { MemoryCall } from './memory-shards/shard-data.ts';
export { type MemoryShards, type MemoryShardsOptions, memoryShards, type PartitionState } from './memory-shards.ts';
export { type ContractCase, type StoreFixture, storeContract } from './store-contract.ts';
