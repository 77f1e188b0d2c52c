import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createHeat } from '../heat/create-heat.ts';
import type { Heat } from '../heat/heat.ts';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { createTopology } from '../topology/create-topology.ts';
import { memoryTopologyStore } from '../topology/memory-topology-store.ts';
import { createRouter } from './create-router.ts';

const partitioner = customPartitions({ id: 'numbers', partitions: 6, of: Number });
const shards = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
const topology = createTopology({ partitioner, shards, owners: ['a', 'a', 'b', 'b', 'c', 'c'] });

async function opened(heat: { readonly heat?: Heat }) {
  const [clock, meter] = [new ManualClock(), new RecordingMeter()];
  const store = memoryTopologyStore(topology);
  const router = await createRouter({ partitioner, store, connect: ({ id }) => id, clock, meter, ...heat });
  return { router, clock, meter };
}

test('says at each look how unevenly the heat lies on shards, where there is heat', async () => {
  const { router, meter, clock } = await opened({ heat: createHeat({ halfLifeMs: Number.POSITIVE_INFINITY }) });
  for (const key of [0, 0, 1, 2, 4, 5]) await router.read(key, (client) => client);
  await clock.advance(5_000);
  await router.refresh();
  expect(meter.value('xc_shard_skew', { kind: 'max_over_mean' })).toBeCloseTo(1.5, 9);
  expect(meter.value('xc_shard_skew', { kind: 'gini' })).toBeCloseTo(2 / 9, 9);
  const plain = await opened({});
  await plain.router.refresh();
  expect(plain.meter.specs.map(({ name }) => name)).not.toContain('xc_shard_skew');
});

test('tells heat of keys as they read: parts by commas, bytes as their text', async () => {
  const heat = createHeat();
  const any = customPartitions({ id: 'any', partitions: 6, of: () => 0 });
  const store = memoryTopologyStore({ ...topology, partitioner: 'any' });
  const router = await createRouter({ partitioner: any, store, connect: ({ id }) => id, heat });
  for (const key of [Buffer.from('k'), new TextEncoder().encode('k'), 'k', ['eu', 7n]]) await router.read(key, () => 0);
  await router.many([['eu', 7]], async () => [0]);
  expect(heat.topKeys(3).map(({ key, count }) => [key, Math.round(count)])).toEqual([
    ['k', 3],
    ['eu,7', 2],
  ]);
});

test('counts a call that ran out of its time when it ends, and its late answer not at all', async () => {
  const { router, meter, clock } = await opened({});
  let answer = (): void => undefined;
  const late = new Promise<number>((resolve) => {
    answer = () => resolve(1);
  });
  const own = new AbortController();
  const ended = Promise.allSettled([
    router.read(0, () => late, { timeoutMs: 100 }),
    router.write(2, () => late, { signal: own.signal }),
    router.many([4], async () => [await late]),
    router.read(1, () => late),
  ]);
  await clock.advance(100);
  own.abort(new Error('enough'));
  await clock.advance(9_900);
  const counted = (shard: string, op: string, outcome: string) =>
    meter.value('xc_shard_requests_total', { shard, op, outcome });
  const failures = () => [
    counted('a', 'read', 'timeout'),
    counted('b', 'write', 'aborted'),
    counted('c', 'many', 'timeout'),
  ];
  expect(failures()).toEqual([1, 1, 1]);
  answer();
  await ended;
  expect(failures()).toEqual([1, 1, 1]);
  expect([counted('a', 'read', 'ok'), counted('b', 'write', 'ok'), counted('c', 'many', 'ok')]).toEqual([1, 0, 0]);
  expect(meter.observations('xc_shard_request_seconds', { shard: 'a', op: 'read' })).toEqual([0.1, 10]);
});
