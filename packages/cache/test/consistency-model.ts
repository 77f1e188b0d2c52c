import { type SimulatedStep, type Simulation, simulateNodes } from '@xc/cache/testing';
import fc from 'fast-check';
import { SwiftClock } from './swift-clock.ts';

const NODES = 3;

const node = fc.nat(NODES - 1);
const key = fc.nat(3);
const loadMs = fc.constantFrom(0, 5, 60, 400);
const step: fc.Arbitrary<SimulatedStep> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), node, key, loadMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('many' as const), node, loadMs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const), node, key }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      node,
      key,
      by: fc.constantFrom('key' as const, 'tag' as const, 'prefix' as const, 'all' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('set' as const), node, key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('expire' as const, 'touch' as const), node, key }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 20, 100, 300, 1_100, 3_200) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'mend' as const, 'crash' as const), node }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('tier' as const),
      trouble: fc.constantFrom('none' as const, 'failing' as const, 'silent' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('loader' as const), fails: fc.boolean() }) },
);

async function play(seed: number, steps: readonly SimulatedStep[], healed: boolean): Promise<void> {
  const simulation: Simulation = simulateNodes({ nodes: NODES, seed, clock: new SwiftClock(1_700_000_000_000) });
  for (const each of steps) await simulation.run(each);
  if (healed) await simulation.heal();
  await simulation[Symbol.asyncDispose]();
}

/** A program of its own: a test runner follows every promise, and a history has thousands. */
const [runs = '', seed = ''] = process.argv.slice(2);
const property = fc.asyncProperty(
  fc.nat(),
  fc.array(step, { minLength: 4, maxLength: 18 }),
  fc.constantFrom(true, false, false),
  play,
);
await fc.assert(property, { numRuns: Number(runs), seed: Number(seed) });
