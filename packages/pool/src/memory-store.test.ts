import { test } from 'vitest';
import { memoryPoolStore } from './memory-store.ts';
import { poolStoreContract } from './testing/store-contract.ts';

for (const { name, run } of poolStoreContract(() => memoryPoolStore())) test(name, run);
