import { SeededRandom } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { done, type EngineRig, entryOf, nack } from '../../src/testing/contract/engine-rig.ts';
import { engineRig } from './engine-rigs.ts';

interface Node {
  readonly after: readonly { readonly node: number; readonly on: 'success' | 'settled' }[];
  readonly fate: 'done' | 'dead' | 'cancel' | 'remove';
  readonly delayMs: number;
}

/** A graph whose edges lead backwards, so that it has no cycle. */
function graph(seed: number, size: number): Node[] {
  const random = new SeededRandom(seed);
  const pick = <T>(...all: readonly T[]) => all[Math.floor(random.next() * all.length)] as T;
  return Array.from({ length: size }, (_, index) => {
    const before = Array.from({ length: index }, (_, node) => node).filter(() => random.next() < 2 / size);
    return {
      after: before.map((node) => ({ node, on: pick('success', 'success', 'settled') })),
      fate: pick('done', 'done', 'done', 'done', 'dead', 'cancel', 'remove'),
      delayMs: pick(0, 0, 50),
    };
  });
}

/** How each node has to end: in the order of the graph, by what it comes after. */
function oracle(nodes: readonly Node[]): string[] {
  const ends: string[] = [];
  for (const { after, fate } of nodes) {
    const broken = after.some(({ node, on }) => on === 'success' && ends[node] !== 'done');
    const planned = { done: 'done', dead: 'dead', cancel: 'cancelled', remove: 'removed' }[fate];
    ends.push(broken ? 'dead' : planned);
  }
  return ends;
}

/** Works on until nothing is left; what is to be cancelled or removed is, as soon as it is no longer blocked. */
async function work(rig: EngineRig, nodes: readonly Node[], ids: readonly string[]): Promise<number> {
  let idle = 0;
  let turns = 0;
  while (idle < 3) {
    turns += 1;
    for (const [index, id] of ids.entries()) {
      const { fate } = nodes[index] as Node;
      const [state] = await rig.states(id);
      if (state !== 'waiting' && state !== 'delayed') continue;
      if (fate === 'cancel') await rig.cancel(id);
      if (fate === 'remove') await rig.control('remove', { id });
    }
    const jobs = await rig.take(3);
    idle = jobs.length === 0 ? idle + 1 : 0;
    await rig.settle(
      ...jobs.map((job) => {
        const { fate } = nodes[ids.indexOf(job.id)] as Node;
        return fate === 'dead' ? nack(job, { dead: 'discarded' }) : done(job);
      }),
    );
    await rig.pass(50);
  }
  return turns;
}

test('settles every node of a random graph as its edges say, whatever fails, is cancelled or removed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.boolean(), async (seed, keepNothing) => {
      const nodes = graph(seed, 30);
      const rig = engineRig();
      rig.open(keepNothing ? { keep: { done: { count: 0 } } } : {});
      const { id, jobs } = await rig.control('flow', {
        id: undefined,
        nodes: nodes.map(({ after, delayMs }, index) => ({ name: `n${index}`, entry: entryOf({ delayMs }), after })),
      });
      const ids = jobs.map((job) => job.id);
      await work(rig, nodes, ids);
      const expected = oracle(nodes);
      const found = await rig.read('flow', { id });
      const states = found?.map(({ state }) => state) ?? expected;
      expect(states).toEqual(expected.map((end) => (end === 'removed' ? 'cancelled' : end)));
      const { states: counts } = await rig.read('counts', {});
      expect(counts).toMatchObject({ blocked: 0, waiting: 0, delayed: 0, active: 0 });
      await rig.checkAudit();
    }),
    { numRuns: 60 },
  );
});

test('brings a broken graph to a good end when its dead are redriven with their dependents', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const nodes = graph(seed, 30).map((node) => ({
        ...node,
        fate: node.fate === 'dead' ? node.fate : ('done' as const),
      }));
      const rig = engineRig();
      const { jobs } = await rig.control('flow', {
        id: undefined,
        nodes: nodes.map(({ after }, index) => ({ name: `n${index}`, entry: entryOf({}), after })),
      });
      const ids = jobs.map((job) => job.id);
      await work(rig, nodes, ids);
      const culprits = ids.filter((_, index) => nodes[index]?.fate === 'dead' && oracle(nodes)[index] === 'dead');
      const plain = {
        reason: undefined,
        type: undefined,
        max: undefined,
        lane: undefined,
        by: undefined,
        cursor: undefined,
      };
      await rig.control('redrive', { ids: culprits, forget: false, withDependents: true, ...plain });
      await rig.checkAudit();
      const healed = nodes.map((node) => ({ ...node, fate: 'done' as const }));
      await work(rig, healed, ids);
      expect(await rig.states(...ids)).toEqual(ids.map(() => 'done'));
      await rig.checkAudit();
    }),
    { numRuns: 40 },
  );
});
