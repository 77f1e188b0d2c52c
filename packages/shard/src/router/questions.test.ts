import { expect, test } from 'vitest';
import { mergeConcat } from '../merge/merge-concat.ts';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { tenantPartitions } from '../partitioners/tenant-partitions.ts';
import { createTopology } from '../topology/create-topology.ts';
import { memoryTopologyStore } from '../topology/memory-topology-store.ts';
import { createRouter } from './create-router.ts';

const partitioner = customPartitions({ id: 'numbers', partitions: 4, of: Number });
const first = createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b' }], owners: ['a', 'a', 'b', 'b'] });
const opened = () => createRouter({ partitioner, store: memoryTopologyStore(first), connect: ({ id }) => id });

test('an array of keys that its caller changes meanwhile is asked as it was', async () => {
  await using router = await opened();
  const keys = [0, 3];
  const answers = router.many(keys, async (shard, own) => own.map((key) => `${shard}${key}`));
  keys.splice(0, 2, 1, 1, 1);
  expect(await answers).toEqual(['a0', 'b3']);
});

test('what is no array is not taken apart into letters', async () => {
  await using router = await createRouter({
    partitioner: tenantPartitions({ partitions: 4 }),
    store: memoryTopologyStore(
      createTopology({ partitioner: tenantPartitions({ partitions: 4 }), shards: [{ id: 'a' }, { id: 'b' }] }),
    ),
    connect: ({ id }) => id,
  });
  expect(() => router.route({ under: 't1' as never })).toThrow('under must be an array of parts of a key, got "t1"');
  expect(() => router.route({ keys: 't1' as never })).toThrow('keys must be an array, got "t1"');
  const ask = { merge: mergeConcat<number>(), allowScatter: true, where: { under: 't1' as never } };
  await expect(router.scatter(async () => [1], ask)).rejects.toThrow(TypeError);
});

test('a range without an end, or of what is no key, is no question', async () => {
  await using router = await opened();
  for (const where of [{ from: 1 }, { to: 1 }, { from: 1, to: undefined }, { from: Number.NaN, to: 2 }]) {
    const ask = { merge: mergeConcat<number>(), allowScatter: true, where: where as never };
    await expect(router.scatter(async () => [1], ask)).rejects.toThrow(TypeError);
  }
});
