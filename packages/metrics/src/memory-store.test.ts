import { test } from 'vitest';
import { memoryMetricsStore } from './memory-store.ts';
import { metricsStoreContract } from './testing/store-contract.ts';

for (const { name, run } of metricsStoreContract(() => memoryMetricsStore())) test(name, run);
