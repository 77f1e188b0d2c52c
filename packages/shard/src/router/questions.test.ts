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

test('options and functions that are none are refused, whatever the call', async () => {
  await using router = await opened();
  for (const options of [null, 5] as never[]) {
    const fn = async () => [1];
    for (const call of [router.read(0, fn, options), router.write(0, fn, options), router.many([0], fn, options)])
      await expect(call).rejects.toThrow('options must be an object, got');
    await expect(router.broadcast(fn, options)).rejects.toThrow('options must be an object, got');
  }
  for (const fn of [undefined, 3] as never[]) {
    const scattered = router.scatter(fn, { merge: mergeConcat(), allowScatter: true });
    const calls = [router.read(0, fn), router.read(0, fn, {}), router.write(0, fn), router.writeTogether([0], fn)];
    for (const call of [...calls, router.many([0], fn), router.broadcast(fn), scattered])
      await expect(call).rejects.toThrow('fn must be a function, got');
  }
});

test('JSON tells why shards are missing', async () => {
  await using router = await opened();
  const fn = async (): Promise<number[]> => {
    throw new Error('ill');
  };
  const error = await router.scatter(fn, { merge: mergeConcat(), allowScatter: true }).catch((reason) => reason);
  expect(error.details.missing).toContainEqual({ shard: 'a', error: expect.any(Error) });
  expect(JSON.parse(JSON.stringify(error)).details.missing).toContainEqual({ shard: 'a', error: 'Error: ill' });
});
