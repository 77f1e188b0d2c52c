import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { memoryTier } from '../src/index.ts';
import { tierContract } from '../src/testing/index.ts';
import { mutants } from './mutant-tiers.ts';
import { type Mutation, mutated } from './mutated-tier.ts';

test.for(Object.entries(mutants))('the contract finds a tier that %s', async ([, mutate]) => {
  expect(await breaches(mutate)).not.toEqual([]);
});

test('the contract finds nothing wrong with the tier that they are made of', async () => {
  expect(await breaches(() => ({}))).toEqual([]);
});

test('the contract finds a tier whose caches are all one', async () => {
  const one = memoryTier();
  const space = one.open({ name: 'all' } as never);
  const broken: string[] = [];
  for (const { name, run } of tierContract) {
    const tier = { ...one, open: () => space };
    await run({ tier, pass: async () => {} }).catch(() => broken.push(name));
  }
  expect(broken).toContain('keeps caches of other names apart');
});

async function breaches(mutate: Mutation): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { name, run } of tierContract) {
    const clock = new ManualClock(1_700_000_000_000);
    const tier = mutated(memoryTier({ clock }), mutate);
    await run({ tier, pass: (ms) => clock.advance(ms) }).catch(() => broken.push(name));
  }
  return broken;
}
