import { isXcError } from '@xc/core';
import { expect, test } from 'vitest';
import { hashPartitions } from '../partitioners/hash-partitions.ts';
import { storeContract } from '../testing/store-contract.ts';
import { checkTopology } from './check-topology.ts';
import { createTopology } from './create-topology.ts';
import { memoryTopologyStore } from './memory-topology-store.ts';
import type { Topology } from './topology.ts';

const partitioner = hashPartitions({ partitions: 64 });
const shards = [{ id: 'a' }, { id: 'b', weight: 2 }, { id: 'c', state: 'draining' }, { id: 'd', weight: 0 }] as const;

const inMemory = async () => {
  const store = memoryTopologyStore();
  return { open: async () => store };
};

test.for(storeContract(inMemory))('memory: $name', ({ run }) => run());

test('a first topology spreads by weight over what is active, none much above its share', () => {
  const topology = createTopology({ partitioner, shards });
  expect(topology).toMatchObject({ epoch: 1, partitioner: 'hash:xxh32:64:0', moves: [] });
  expect(new Set(topology.terms)).toEqual(new Set([1]));
  const count = (id: string) => topology.owners.filter((owner) => owner === id).length;
  expect([count('c'), count('d')]).toEqual([0, 0]);
  expect(count('a')).toBeLessThanOrEqual(Math.ceil(1.05 * (64 / 3)));
  expect(count('b')).toBeLessThanOrEqual(Math.ceil(1.05 * (128 / 3)));
  expect(createTopology({ partitioner, shards: [...shards].reverse() }).owners).toEqual(topology.owners);
});

test('a watch that meets the end of its store, or comes after, is refused', async () => {
  const store = memoryTopologyStore();
  const refused = { code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE' };
  await store[Symbol.asyncDispose]();
  await expect(store.watch(() => undefined)).rejects.toMatchObject(refused);
});

test('who is told and throws harms nobody, and who cannot be told is refused', async () => {
  const store = memoryTopologyStore(createTopology({ partitioner, shards }));
  const told: number[] = [];
  await store.watch(() => {
    throw new Error('a mistake of the caller');
  });
  await store.watch((epoch) => told.push(epoch));
  const topology = (await store.load()) as Topology;
  await store.cas({ ...topology, epoch: 2 }, 1);
  await Promise.resolve();
  expect(told).toEqual([2]);
  await expect(store.watch(undefined as never)).rejects.toThrow('changed must be a function, got undefined');
});

test('refuses shards and owners that are none', () => {
  const create = (options: object) => () => createTopology({ partitioner, shards, ...options } as never);
  expect(create({ shards: [] })).toThrow(TypeError);
  expect(create({ shards: [{ id: 'a' }, { id: 'a' }] })).toThrow('nodes must have different ids');
  expect(create({ partitioner: {} })).toThrow(TypeError);
  const own = (shard: object) => create({ shards: [{ id: 'a', ...shard }] });
  expect(own({ state: 'gone' })).toThrow(`state of shard "a" must be 'active', 'draining' or 'down', got "gone"`);
  for (const replicas of ['r', [1], ['']])
    expect(own({ replicas })).toThrow('replicas of shard "a" must be an array of names, got');
  for (const attributes of [[], { x: 1 }, null])
    expect(own({ attributes })).toThrow('attributes of shard "a" must be texts by their names, got');
  for (const owners of [['a'], Array(64).fill('x')]) {
    expect(create({ owners })).toThrow(expect.objectContaining({ code: 'XC_SHARD_TOPOLOGY_INVALID' }));
  }
});

test('refuses a topology that cannot be one', () => {
  const good = createTopology({ partitioner, shards });
  expect(checkTopology(good, partitioner)).toBe(good);
  const move = { moveId: 'm', partition: 0, from: 'a', to: 'b', phase: 'copy', mover: 1 } as const;
  const bad: readonly object[] = [
    { epoch: 0 },
    { epoch: 1.5 },
    { partitioner: 'hash:xxh32:32:0' },
    { partitioner: '' },
    { owners: good.owners.slice(1) },
    { owners: good.owners.map(() => 'nobody') },
    { terms: good.terms.map(() => 0) },
    { terms: good.terms.slice(1) },
    { shards: [] },
    { shards: [{ id: 'a' }, { id: 'a' }] },
    { shards: [...shards, { id: 'e', weight: -1 }] },
    { shards: [...shards, { id: 'e', state: 'asleep' }] },
    { moves: [{ ...move, to: 'x' }] },
    { moves: [{ ...move, to: 'a' }] },
    { moves: [{ ...move, partition: 64 }] },
    { moves: [move, { ...move, moveId: 'n' }] },
    { moves: [{ ...move, phase: 'x' }] },
    { moves: undefined },
  ];
  for (const change of bad) {
    let caught: unknown;
    try {
      checkTopology({ ...good, ...change } as Topology, partitioner);
    } catch (error) {
      caught = error;
    }
    expect(isXcError(caught, 'XC_SHARD_TOPOLOGY_INVALID'), JSON.stringify(change)).toBe(true);
  }
  expect(() => checkTopology(undefined as never)).toThrow('the topology is invalid: it is undefined');
});
