import { test } from 'vitest';
import { memoryQueueStore } from './memory-store.ts';
import { queueStoreContract } from './testing/store-contract.ts';

for (const { name, run } of queueStoreContract(() => memoryQueueStore())) test(name, run);
