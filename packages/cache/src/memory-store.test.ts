import { test } from 'vitest';
import { memoryCacheStore } from './memory-store.ts';
import { cacheStoreContract } from './testing/store-contract.ts';

for (const { name, run } of cacheStoreContract(() => memoryCacheStore())) test(name, run);
