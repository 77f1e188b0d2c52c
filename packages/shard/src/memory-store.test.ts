import { test } from 'vitest';
import { memoryShardStore } from './memory-store.ts';
import { shardStoreContract } from './testing/store-contract.ts';

for (const { name, run } of shardStoreContract(() => memoryShardStore())) test(name, run);
