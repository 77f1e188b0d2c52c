import { localBus } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { cuttableBus } from '../../test/cuttable-bus.ts';
import { busCoherence } from '../coherence/bus-coherence.ts';
import { memoryTier } from '../memory-tier/memory-tier.ts';
import { chaosCoherence } from './chaos-coherence.ts';
import { chaosTier } from './chaos-tier.ts';
import { coherenceContract } from './coherence-contract.ts';
import { replay } from './replay.ts';
import { simulateNodes } from './simulate-nodes.ts';
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
  const { bus, cut } = cuttableBus();
  return run({ coherence: busCoherence(bus), clock, cut, pass: (ms) => clock.advance(ms) });
});

test.for(coherenceContract)('chaos at rate 0 on a bus: $name', ({ run }) => {
  const clock = new ManualClock();
  const { bus, cut } = cuttableBus();
  return run({ coherence: chaosCoherence(busCoherence(bus), {}), clock, cut, pass: (ms) => clock.advance(ms) });
});

test('a replay says which options it takes', () => {
  expect(() => replay([], { policy: 'lfu' as never, maxItems: 1 })).toThrow(
    new TypeError("policy must be one of 'adaptive', 's3fifo', 'lru', got \"lfu\"; did you mean 'lru'?"),
  );
  expect(() => replay([], { maxItem: 1 } as never)).toThrow(/did you mean maxItems/);
  expect(() => replay([], { maxItems: 0 })).toThrow(RangeError);
});

test('refuses chaos and simulations that cannot be', () => {
  const clock = new ManualClock();
  const tier = memoryTier({ clock });
  const coherence = busCoherence(localBus());
  expect(() => (chaosTier as () => unknown)()).toThrow('tier.open must be a function, got undefined');
  expect(() => (chaosCoherence as () => unknown)()).toThrow('coherence.open must be a function, got undefined');
  expect(() => chaosTier(tier, undefined as never)).toThrow('plan must be an object, got undefined');
  for (const plan of [
    { fail: 2 },
    { drop: -1 },
    { delayMs: Number.NaN },
    { reorder: '1' },
    { foo: 2 },
    { clock: 5 },
    { random: {} },
  ]) {
    expect(() => chaosTier(tier, plan as never)).toThrow(
      /^(fail|drop|delayMs|reorder|clock|random) must|^unknown option foo/,
    );
    expect(() => chaosCoherence(coherence, plan as never)).toThrow(
      /^(fail|drop|delayMs|reorder|clock|random) must|^unknown option foo/,
    );
  }
  for (const wrong of [{ nodes: 0 }, { nodes: 1.5 }, { seed: 'x' }, { clock: undefined }, { node: 2 }]) {
    expect(() => simulateNodes({ nodes: 1, seed: 1, clock, ...wrong } as never)).toThrow(
      /^(nodes|seed|clock.advance) must be|^unknown option node/,
    );
  }
});
