import { test } from 'vitest';
import { memoryRatelimitStore } from './memory-store.ts';
import { ratelimitStoreContract } from './testing/store-contract.ts';

for (const { name, run } of ratelimitStoreContract(() => memoryRatelimitStore())) test(name, run);
