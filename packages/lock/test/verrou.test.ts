import { expect, test } from 'vitest';
import { memoryLockStore } from '../src/index.ts';
import { verrouStore, verrouSuite } from './verrou-suite.ts';

const suite = verrouSuite();

test('the suite of verrou has its tests', () => {
  expect(suite.length).toBeGreaterThan(20);
});

test.concurrent.for(suite)('as a store of verrou, in memory: $name', ({ run }) => run(verrouStore(memoryLockStore())));
