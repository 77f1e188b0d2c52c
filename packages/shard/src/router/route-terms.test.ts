import { expect, test } from 'vitest';
import { hashPartitions } from '../partitioners/hash-partitions.ts';
import { createTopology } from '../topology/create-topology.ts';
import { memoryTopologyStore } from '../topology/memory-topology-store.ts';
import { createRouter } from './create-router.ts';

test('a call about several partitions knows the term of each, one about one partition its own', async () => {
  const partitioner = hashPartitions({ partitions: 4 });
  const topology = { ...createTopology({ partitioner, shards: [{ id: 'a' }] }), terms: [4, 3, 2, 1] };
  await using router = await createRouter({
    partitioner,
    store: memoryTopologyStore(topology),
    connect: () => 'client',
  });
  const keys = Array.from({ length: 50 }, (_, n) => `user:${n}`);
  await router.many(keys, async (_, some, { partitions, term, terms }) => {
    expect(terms).toEqual(partitions.map((partition) => 4 - partition));
    expect(term).toBe(Math.max(...(terms ?? [])));
    return some;
  });
  await router.write('user:0', (_, { term, terms }) => {
    expect([term, terms]).toEqual([4 - partitioner.of('user:0'), undefined]);
  });
});
