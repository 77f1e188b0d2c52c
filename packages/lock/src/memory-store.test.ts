import { test } from 'vitest';
import { memoryLockStore } from './memory-store.ts';
import { lockStoreContract } from './testing/store-contract.ts';

for (const { name, run } of lockStoreContract(() => memoryLockStore())) test(name, run);
