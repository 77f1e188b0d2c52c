import ConsistentHash from 'consistent-hash';
import HashRing from 'hashring';
import { fnvConsistentHash } from 'jump-gouache';
import jumphash from 'jumphash';
import rendezvousHash from 'rendezvous-hash';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { hashPartitions, jumpPicker, maglevPicker, type Picker, rendezvousPicker, ringPicker } from '../src/index.ts';

const named = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `node-${index}.example` }));

/** Of thirty characters, as they come off a wire; more of them than a rival remembers answers for. */
const KEYS = Array.from({ length: 65_536 }, (_, index) =>
  Buffer.from(`customer:${String(index * 7_919).padStart(21, '0')}`).toString('latin1'),
);

function keysInTurn(): () => string {
  let next = 0;
  return () => {
    next = (next + 1) & 65_535;
    return KEYS[next] as string;
  };
}

/** What it costs to find the node of a key. */
const bench: Bench = {
  name: 'lookup',
  async run(): Promise<readonly Case[]> {
    const nodes = named(100);
    const consistent = new ConsistentHash();
    for (const { id } of nodes) consistent.add(id);
    const ring = new HashRing(nodes.map(({ id }) => id));
    const byName = Object.fromEntries(nodes.map(({ id }) => [id, id]));
    const lookup = (picker: Picker) => {
      const key = keysInTurn();
      return () => picker.pick(key());
    };
    const [one, other, third, partitioned, fifth, sixth] = Array.from({ length: 6 }, keysInTurn) as (() => string)[];
    const partitions = hashPartitions();
    const ns = await interleave({
      maglev: lookup(maglevPicker(nodes)),
      jump: lookup(jumpPicker(nodes)),
      ring: lookup(ringPicker(nodes)),
      rendezvous: lookup(rendezvousPicker(nodes)),
      maglev10: lookup(maglevPicker(named(10))),
      maglev1000: lookup(maglevPicker(named(1_000))),
      jump10: lookup(jumpPicker(named(10))),
      jump1000: lookup(jumpPicker(named(1_000))),
      ring10: lookup(ringPicker(named(10))),
      ring1000: lookup(ringPicker(named(1_000))),
      partition: () => partitions.of(partitioned?.() as string),
      jumphash: () => jumphash(fifth?.() as string, 100),
      'jump-gouache': () => fnvConsistentHash(sixth?.() as string, 100),
      'consistent-hash': () => consistent.get(one?.() as string),
      hashring: () => ring.get(other?.() as string),
      'rendezvous-hash': () => rendezvousHash(third?.() as string, byName),
    });
    const peers = { 'consistent-hash': ns['consistent-hash'] };
    return [
      { name: 'maglev, 100 nodes', unit: 'ns', value: ns.maglev, peers },
      {
        name: 'jump, 100 nodes',
        unit: 'ns',
        value: ns.jump,
        peers: { ...peers, jumphash: ns.jumphash, 'jump-gouache': ns['jump-gouache'] },
      },
      { name: 'ring, 100 nodes', unit: 'ns', value: ns.ring, peers },
      { name: 'rendezvous, 100 nodes', unit: 'ns', value: ns.rendezvous, peers: { hashring: ns.hashring } },
      {
        name: 'rendezvous, 100 nodes, against its kind',
        unit: 'ns',
        value: ns.rendezvous,
        peers: { 'rendezvous-hash': ns['rendezvous-hash'] },
      },
      { name: 'maglev, 1,000 nodes', unit: 'ns', value: ns.maglev1000, peers: { '10 nodes': ns.maglev10 } },
      { name: 'jump, 1,000 nodes', unit: 'ns', value: ns.jump1000, peers: { '10 nodes': ns.jump10 } },
      { name: 'ring, 1,000 nodes', unit: 'ns', value: ns.ring1000, peers: { '10 nodes': ns.ring10 } },
      { name: 'partition of a key', unit: 'ns', value: ns.partition },
    ];
  },
};

export default bench;
