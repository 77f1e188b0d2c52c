import { localBus } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { busCoherence } from '../coherence/bus-coherence.ts';
import { memoryTier } from '../memory-tier/memory-tier.ts';
import type { Tier } from '../tier/tier.ts';
import { chaosCoherence } from './chaos-coherence.ts';
import { chaosTier } from './chaos-tier.ts';
import { coherenceContract } from './coherence-contract.ts';
import { replay } from './replay.ts';
import { tierContract } from './tier-contract.ts';

test.for(tierContract)('memory tier: $name', ({ run }) => {
  const clock = new ManualClock(1_700_000_000_000);
  return run({ tier: memoryTier({ clock }), pass: (ms) => clock.advance(ms) });
});

test.for(tierContract)('chaos at rate 0: $name', ({ run }) => {
  const clock = new ManualClock(1_700_000_000_000);
  return run({ tier: chaosTier(memoryTier({ clock }), {}), pass: (ms) => clock.advance(ms) });
});

test.for(coherenceContract)('bus: $name', ({ run }) => {
  const clock = new ManualClock();
  return run({ coherence: busCoherence(localBus()), clock, pass: (ms) => clock.advance(ms) });
});

test.for(coherenceContract)('chaos at rate 0 on a bus: $name', ({ run }) => {
  const clock = new ManualClock();
  return run({ coherence: chaosCoherence(busCoherence(localBus()), {}), clock, pass: (ms) => clock.advance(ms) });
});

test('the contract finds a tier that stores a fill whatever its fence', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const honest = memoryTier({ clock });
  const careless: Tier = {
    ...honest,
    open(cache) {
      const space = honest.open(cache);
      const fill: typeof space.fill = (fills, call) =>
        space.set(
          fills.map((one) => ({ ...one, stamp: one.stamp })),
          call,
        );
      return Object.assign(Object.create(space), { fill });
    },
  };
  const broken: string[] = [];
  for (const { name, run } of tierContract) {
    await run({ tier: careless, pass: (ms) => clock.advance(ms) }).catch(() => broken.push(name));
  }
  expect(broken).toContain('refuses a fill after a drop, an expiry or a set in between');
  expect(broken).toContain('refuses a fill without a fence');
});

test('a replay says which options it takes', () => {
  expect(() => replay([], { policy: 'lfu' as never, maxItems: 1 })).toThrow(
    new TypeError("policy must be one of 'adaptive', 's3fifo', 'lru', got \"lfu\"; did you mean 'lru'?"),
  );
  expect(() => replay([], { maxItem: 1 } as never)).toThrow(/did you mean maxItems/);
  expect(() => replay([], { maxItems: 0 })).toThrow(RangeError);
});
