import { expect, test } from 'vitest';
import type { DataAdapter } from '../moving/data-adapter.ts';
import { memoryJournal } from '../moving/memory-journal.ts';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { createTopology } from '../topology/create-topology.ts';
import { memoryTopologyStore } from '../topology/memory-topology-store.ts';
import { CrashedError, crashAfter, crashPoint } from './crash-after.ts';
import { memoryShards } from './memory-shards.ts';

const entry = (seq: number) => ({ jobId: 'job', seq, at: 0, phase: 'copy' as const });

test('lets so many calls through, and none after them', async () => {
  const journal = memoryJournal();
  const dying = crashAfter(journal, 2);
  await dying.append(entry(1));
  await dying.append(entry(2));
  await expect(dying.append(entry(3))).rejects.toMatchObject({
    code: 'XC_SHARD_CRASHED',
    retryable: false,
    details: { call: 'append', number: 3 },
  });
  await expect(dying.read('job')).rejects.toThrow(CrashedError);
  expect(await journal.read('job')).toHaveLength(2);
});

test('the call it dies at has its effect where that is asked for, and nobody is told', async () => {
  const journal = memoryJournal();
  const dying = crashAfter(journal, crashPoint(1, 'done'));
  await dying.append(entry(1));
  await expect(dying.append(entry(2))).rejects.toThrow(CrashedError);
  expect(await journal.read('job')).toHaveLength(2);
});

test('everything that shares a point is out of reach at once, what is under way included', async () => {
  const { signal } = new AbortController();
  const at = { shard: 'a', partition: 0, moveId: 'm', mover: 1 };
  let goOn: () => void = () => undefined;
  const shards = memoryShards({
    interleave: ({ when }) =>
      new Promise<void>((resolve) => {
        if (when === 'after') resolve();
        else goOn = resolve;
      }),
  });
  const point = crashPoint(1);
  const [adapter, journal] = [crashAfter(shards.adapter, point), crashAfter(memoryJournal(), point)];
  const claimed = adapter.claim(at, signal);
  await expect(journal.append(entry(1))).rejects.toThrow(CrashedError);
  goOn();
  await expect(claimed).rejects.toThrow(CrashedError);
  expect(shards.inspect('a', 0).mover).toBe(1);
  expect([point.isCrashed, point.calls]).toEqual([true, ['claim', 'append']]);
});

test('counts without dying, and shows what is no call as it is', async () => {
  const point = crashPoint();
  const adapter = crashAfter(memoryShards({ capture: 'mirror' }).adapter, point);
  const { signal } = new AbortController();
  for (let call = 0; call < 3; call += 1) {
    await adapter.fence({ shard: 'a', partition: 0, moveId: 'm', mover: 1 }, call, signal);
  }
  expect([adapter.name, adapter.capture, point.calls.length, point.isCrashed]).toEqual(['memory', 'mirror', 3, false]);
  expect(crashAfter(memoryShards().adapter, point).mark).toBeUndefined();
});

test.for(['lost', 'done'] as const)(
  'dies in a call that nobody waits for, its effect %s, and the next one tells of it',
  async (effect) => {
    const unheard: unknown[] = [];
    const hear = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', hear);
    try {
      const told: number[] = [];
      const adapter: DataAdapter = { ...memoryShards().adapter, expect: ({ length }) => void told.push(length) };
      const at = { shard: 'a', partition: 0, moveId: 'm', mover: 1 };
      const dying = crashAfter(adapter, crashPoint(1, effect));
      expect(dying.expect?.([at])).toBeUndefined();
      dying.expect?.([at, at]);
      dying.expect?.([at, at, at]);
      await new Promise((resolve) => setImmediate(resolve));
      await expect(dying.claim(at, new AbortController().signal)).rejects.toMatchObject({
        code: 'XC_SHARD_CRASHED',
        details: { call: 'expect', number: 2 },
      });
      expect(told).toEqual(effect === 'done' ? [1, 2] : [1]);
      expect(unheard).toEqual([]);
    } finally {
      process.off('unhandledRejection', hear);
    }
  },
);

test('who has died hears nothing more', async () => {
  const partitioner = customPartitions({ id: 'one', partitions: 1, of: () => 0 });
  const store = memoryTopologyStore(createTopology({ partitioner, shards: [{ id: 'a' }] }));
  const dying = crashAfter(store, 1);
  const told: number[] = [];
  await dying.watch((epoch) => told.push(epoch));
  const topology = (await store.load()) as NonNullable<Awaited<ReturnType<typeof store.load>>>;
  await store.cas({ ...topology, epoch: 2 }, 1);
  await Promise.resolve();
  await expect(dying.load()).rejects.toThrow(CrashedError);
  await store.cas({ ...topology, epoch: 3 }, 2);
  await Promise.resolve();
  expect(told).toEqual([2]);
  await dying[Symbol.asyncDispose]();
});

test('refuses what is no point', () => {
  expect(() => crashAfter(memoryJournal(), -1)).toThrow(RangeError);
  expect(() => crashAfter(memoryJournal(), {} as never)).toThrow(TypeError);
  expect(() => crashPoint(1, 'maybe' as never)).toThrow(TypeError);
});
