import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { busCoherence, type Coherence } from '../src/index.ts';
import { coherenceContract } from '../src/testing/index.ts';
import { cuttableBus } from './cuttable-bus.ts';
import { honest, mutants } from './mutant-coherences.ts';

test.for(Object.entries(mutants))('the contract finds a coherence that %s', async ([, mutate]) => {
  expect(await breaches(mutate)).not.toEqual([]);
});

test.for(Object.entries(honest))('the contract finds nothing wrong with a coherence that %s', async ([, mutate]) => {
  expect(await breaches(mutate)).toEqual([]);
});

async function breaches(mutate: (coherence: Coherence) => Coherence): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { name, run } of coherenceContract) {
    const clock = new ManualClock(1_700_000_000_000);
    const { bus, cut } = cuttableBus();
    const coherence = mutate(busCoherence(bus, { heartbeatMs: 100 }));
    await run({ coherence, clock, cut, pass: (ms) => clock.advance(ms) }).catch(() => broken.push(name));
  }
  return broken;
}
