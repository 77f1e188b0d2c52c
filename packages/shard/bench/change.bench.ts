import ConsistentHash from 'consistent-hash';
import type { Bench, Case } from '../../../bench/case.ts';
import {
  jumpPicker,
  maglevPicker,
  type NodeSpec,
  type Picker,
  rendezvousPicker,
  ringPicker,
  simulate,
} from '../src/index.ts';

const KEYS = 500_000;
const named = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `node-${index}.example` }));

function* keys(): Generator<string> {
  for (let key = 0; key < KEYS; key += 1) yield `customer:${key}`;
}

/** The rival in our shape. */
function consistentHash(nodes: readonly NodeSpec[]): Picker {
  const ring = new ConsistentHash();
  for (const { id } of nodes) ring.add(id);
  return { nodes, pick: (key) => ring.get(String(key)), pickMany: () => [] };
}

/** What moves when one node more comes to a hundred, and how evenly keys lie. */
const bench: Bench = {
  name: 'change',
  async run(): Promise<readonly Case[]> {
    const kinds: Readonly<Record<string, (nodes: readonly NodeSpec[]) => Picker>> = {
      maglev: maglevPicker,
      jump: jumpPicker,
      ring: ringPicker,
      rendezvous: rendezvousPicker,
    };
    const rival = simulate({ before: consistentHash(named(100)), after: consistentHash(named(101)), keys: keys() });
    return Object.entries(kinds).flatMap(([kind, make]): Case[] => {
      const { moved, movedBetweenOld, balance } = simulate({
        before: make(named(100)),
        after: make(named(101)),
        keys: keys(),
      });
      return [
        {
          name: `${kind}: part of the keys moved`,
          unit: 'ratio',
          value: moved,
          peers: { 'consistent-hash': rival.moved },
        },
        {
          name: `${kind}: moved between old nodes`,
          unit: 'ratio',
          value: movedBetweenOld,
          peers: { 'consistent-hash': rival.movedBetweenOld },
        },
        {
          name: `${kind}: deviation by mean`,
          unit: 'ratio',
          value: balance.relativeStd,
          peers: { 'consistent-hash': rival.balance.relativeStd },
        },
      ];
    });
  },
};

export default bench;
