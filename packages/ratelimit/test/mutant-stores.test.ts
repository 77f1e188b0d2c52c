import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { memoryStore } from '../src/memory/memory-store.ts';
import { limitStoreContract } from '../src/testing/index.ts';
import { mutants, mutated } from './mutant-stores.ts';

test.for(Object.entries(mutants))('the contract finds a store that %s', async ([, mutate]) => {
  expect(await breaches(mutate)).not.toEqual([]);
});

test('the contract finds nothing wrong with the store that they are made of', async () => {
  expect(await breaches((apply) => apply)).toEqual([]);
});

async function breaches(mutate: (typeof mutants)[string]): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { name, run } of limitStoreContract) {
    const clock = new ManualClock(1_700_000_000_000);
    const store = mutated(memoryStore({ clock }), mutate);
    await run({ store, clock, pass: (ms) => clock.advance(ms) }).catch(() => broken.push(name));
  }
  return broken;
}
