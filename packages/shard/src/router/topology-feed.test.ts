import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { createTopology } from '../topology/create-topology.ts';
import { memoryTopologyStore } from '../topology/memory-topology-store.ts';
import type { Topology } from '../topology/topology.ts';
import type { TopologyStore } from '../topology/topology-store.ts';
import { TopologyFeed } from './topology-feed.ts';

const partitioner = customPartitions({ id: 'numbers', partitions: 2, of: Number });
const first = createTopology({ partitioner, shards: [{ id: 'a' }], owners: ['a', 'a'] });
const REFRESH_MS = 5_000;

/** A store whose answers come when they are let go, each with what was there when it was asked. */
function slowStore() {
  const inner = memoryTopologyStore(first);
  const held: (() => void)[] = [];
  let isSlow = false;
  let loads = 0;
  const store: TopologyStore = {
    ...inner,
    async load() {
      loads += 1;
      const found = await inner.load();
      if (isSlow) await new Promise<void>((resolve) => held.push(resolve));
      return found;
    },
  };
  return {
    ...{ store, inner },
    loads: () => loads,
    hold: () => {
      isSlow = true;
    },
    letGo: () => {
      isSlow = false;
      for (const answer of held.splice(0)) answer();
    },
  };
}

async function opened(store: TopologyStore, clock = new ManualClock(), logger = new MemoryLogger()) {
  const parts = { store, partitioner, refreshMs: REFRESH_MS, clock, logger };
  return await TopologyFeed.open({ ...parts, adopted: () => undefined, looked: () => undefined });
}

async function next(store: TopologyStore): Promise<void> {
  const topology = (await store.load()) as Topology;
  expect(await store.cas({ ...topology, epoch: topology.epoch + 1 }, topology.epoch)).toBe(true);
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
};

test('a change that is told of while a look is under way is seen as soon as that is over', async () => {
  const slow = slowStore();
  const feed = await opened(slow.store);
  await settle();
  slow.hold();
  await next(slow.inner);
  await settle();
  await next(slow.inner);
  await next(slow.inner);
  await settle();
  slow.letGo();
  await settle();
  expect(feed.current.epoch).toBe(4);
  await feed.close();
});

test('whoever asks for a look gets one that began since, shared with all who ask at that time', async () => {
  const slow = slowStore();
  const mute = { ...slow.store, watch: async () => ({ close: async () => undefined }) };
  const feed = await opened(mute);
  await settle();
  const before = slow.loads();
  slow.hold();
  const early = feed.refresh();
  await settle();
  await next(slow.inner);
  const late = [feed.refresh(), feed.refresh(), feed.refresh()];
  // Whoever is content with any does not wait for another.
  const any = feed.look();
  slow.letGo();
  expect((await early).epoch).toBe(1);
  expect((await any).epoch).toBe(1);
  expect((await Promise.all(late)).map(({ epoch }) => epoch)).toEqual([2, 2, 2]);
  expect(slow.loads()).toBe(before + 2);
  await feed.close();
});

test('what is decided while the watch begins is seen', async () => {
  const inner = memoryTopologyStore(first);
  const store: TopologyStore = {
    ...inner,
    async watch(changed) {
      await next(inner);
      return await inner.watch(changed);
    },
  };
  const feed = await opened(store);
  await settle();
  expect(feed.current.epoch).toBe(2);
  await feed.close();
});

test('a watch that never answers holds up no opening, and is followed if it comes after all', async () => {
  const inner = memoryTopologyStore(first);
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const store: TopologyStore = { ...inner, watch: (changed) => begun.then(() => inner.watch(changed)) };
  const [clock, logger] = [new ManualClock(), new MemoryLogger()];
  const opening = opened(store, clock, logger);
  await settle();
  await clock.advance(10_000);
  const feed = await opening;
  await next(inner);
  await clock.advance(REFRESH_MS);
  expect(feed.current.epoch).toBe(2);
  begin();
  await settle();
  await next(inner);
  await settle();
  expect(feed.current.epoch).toBe(3);
  expect(logger.find({ message: /cannot be watched/ })).toHaveLength(1);
  await feed.close();
});

test('a watch that could not begin is begun again', async () => {
  const inner = memoryTopologyStore(first);
  let tries = 0;
  const store: TopologyStore = {
    ...inner,
    async watch(changed) {
      tries += 1;
      if (tries <= 3) throw new Error('away');
      return await inner.watch(changed);
    },
  };
  const [clock, logger] = [new ManualClock(), new MemoryLogger()];
  const feed = await opened(store, clock, logger);
  await clock.advance(3 * REFRESH_MS);
  await next(inner);
  await settle();
  expect(feed.current.epoch).toBe(2);
  await clock.advance(3 * REFRESH_MS);
  expect(tries).toBe(4);
  expect(logger.find({ message: /cannot be watched/ })).toHaveLength(1);
  await feed.close();
});

test.for([
  ['throws', () => Promise.reject(new Error('away'))],
  ['hangs', () => new Promise<void>(() => undefined)],
] as const)('the end of a watch that %s holds up nobody for ever', async ([, close]) => {
  const clock = new ManualClock();
  const feed = await opened({ ...memoryTopologyStore(first), watch: async () => ({ close }) }, clock);
  const closed = feed.close();
  await clock.advance(3_000);
  await closed;
});
