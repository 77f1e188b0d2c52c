import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { memoryStore } from '../memory/memory-store.ts';
import { limitStoreContract } from './limit-store-contract.ts';
import { modelStore } from './models/model-store.ts';

test.for(limitStoreContract)('memory: $name', ({ run }) => {
  const clock = new ManualClock(1_700_000_000_000);
  return run({ store: memoryStore({ clock }), clock, pass: (ms) => clock.advance(ms) });
});

test.for(limitStoreContract)('the models: $name', ({ run }) => {
  const clock = new ManualClock(1_700_000_000_000);
  return run({ store: modelStore(clock), clock, pass: (ms) => clock.advance(ms) });
});

test('has cases enough, each with a name of its own', () => {
  expect(limitStoreContract.length).toBeGreaterThanOrEqual(12);
  expect(new Set(limitStoreContract.map(({ name }) => name)).size).toBe(limitStoreContract.length);
});
