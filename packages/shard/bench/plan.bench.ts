import HashRing from 'hashring';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import {
  createHeat,
  createRouter,
  createTopology,
  hashPartitions,
  memoryTopologyStore,
  mergeOrdered,
  planRebalance,
  ringPicker,
} from '../src/index.ts';

const named = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `node-${index}.example` }));

/** What planning, routing and merging cost. */
const bench: Bench = {
  name: 'plan',
  async run(): Promise<readonly Case[]> {
    const partitioner = hashPartitions({ partitions: 16_384 });
    const topology = createTopology({ partitioner, shards: named(100) });
    const lopsided = { ...topology, owners: topology.owners.map(() => 'node-0.example') };
    const costs = (partition: number) => 1 + ((partition * 7_919) % 100);
    await using router = await createRouter({ partitioner, store: memoryTopologyStore(topology), connect: () => 1 });
    const parts = Array.from({ length: 8 }, (_, shard) => ({
      shard: `s${shard}`,
      part: Array.from({ length: 10_000 }, (__, row) => row * 8 + ((shard * 5) % 8)),
    }));
    const compare = (a: number, b: number) => a - b;
    const merge = mergeOrdered({ compare });
    const heat = createHeat();
    const cold = createHeat();
    const keys = Array.from({ length: 65_536 }, (_, index) => `key:${index}`);
    // Half of the calls are for 256 of the keys, as they come where something is hot.
    const asked = keys.map((_, index) => keys[Math.floor(65_536 ** (((index * 40_503) % 65_536) / 65_536))] as string);
    let next = 0;
    const nodes = named(100);
    const ns = await interleave({
      plan: () => planRebalance(lopsided, { costs }),
      locate: () => router.locate('customer:42'),
      read: () => router.read('customer:42', () => 42),
      merge: () => merge.combine(parts),
      sort: () => parts.flatMap(({ part }) => part).sort(compare),
      heat: () => {
        next = (next * 5 + 1) & 65_535;
        heat.record(asked[next] as string, next & 4_095);
      },
      cold: () => {
        next = (next * 5 + 1) & 65_535;
        cold.record(keys[next] as string, next & 4_095);
      },
      ring: () => ringPicker(nodes),
      hashring: () => new HashRing(nodes.map(({ id }) => id)),
    });
    return [
      { name: '16,384 partitions of one shard over 100', unit: 'ms', value: ns.plan / 1e6 },
      { name: 'locate', unit: 'ns', value: ns.locate },
      { name: 'read of a resolved answer', unit: 'ns', value: ns.read },
      {
        name: '8 ordered answers of 10,000 rows',
        unit: 'ms',
        value: ns.merge / 1e6,
        peers: { 'concat and sort': ns.sort / 1e6 },
      },
      { name: 'heat, record', unit: 'ns', value: ns.heat },
      { name: 'heat, record, where no key comes twice', unit: 'ns', value: ns.cold },
      {
        name: 'build of a ring of 100 nodes',
        unit: 'ms',
        value: ns.ring / 1e6,
        peers: { hashring: ns.hashring / 1e6 },
      },
    ];
  },
};

export default bench;
