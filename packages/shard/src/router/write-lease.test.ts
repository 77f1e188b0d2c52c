import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { memoryShards } from '../testing/index.ts';
import { createTopology } from '../topology/create-topology.ts';
import { memoryTopologyStore } from '../topology/memory-topology-store.ts';
import type { MovePhase, Topology } from '../topology/topology.ts';
import type { TopologyStore } from '../topology/topology-store.ts';
import { createRouter } from './create-router.ts';

const partitioner = customPartitions({ id: 'numbers', partitions: 2, of: Number });
const first = createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b' }], owners: ['a', 'b'] });

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

/** A router on a store that can be away, or hang; it hears of no change but by looking. */
async function leased(options: { refreshMs?: number; leaseMs?: number; fencing?: 'data' | 'lease' } = {}) {
  const { fencing = 'lease', ...rest } = options;
  const clock = new ManualClock();
  const stored = memoryTopologyStore(first);
  const store = { is: 'there' as 'there' | 'away' | 'hanging', looks: 0 };
  const flaky: TopologyStore = {
    ...stored,
    watch: async () => ({ close: async () => undefined }),
    load: async (signal) => {
      store.looks += 1;
      if (store.is === 'away') throw new Error('away');
      if (store.is === 'hanging') return new Promise(() => undefined);
      return await stored.load(signal);
    },
  };
  const shards = memoryShards({ fencing, clock });
  const { connect, adapter: mirror } = shards;
  const router = await createRouter({ partitioner, store: flaky, connect, mirror, clock, ...rest });
  const change = async (next: (topology: Topology) => Partial<Topology>): Promise<void> => {
    const topology = (await stored.load()) as Topology;
    await stored.cas({ ...topology, ...next(topology), epoch: topology.epoch + 1 }, topology.epoch);
  };
  const put = (value: number) => router.write(0, (client) => client.put('k', value));
  return { clock, store, stored, shards, router, change, put };
}

const inPhase = (phase: MovePhase) => (): Partial<Topology> => ({
  moves: [{ moveId: 'm', partition: 0, from: 'a', to: 'b', phase, mover: 2 }],
});

const unavailable = { code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE', retryable: true };

describe('where the data refuses no old terms', () => {
  test.for(['away', 'hanging'] as const)('writes stop a lease after the store is %s, and reads go on', async (is) => {
    const { clock, store, router, put } = await leased();
    await put(1);
    store.is = is;
    await clock.advance(4_999);
    await put(2);
    await clock.advance(1);
    await expect(put(3)).rejects.toMatchObject(unavailable);
    await expect(router.writeTogether([0], (client) => client.put('k', 4))).rejects.toMatchObject(unavailable);
    await clock.advance(60_000);
    await expect(put(5)).rejects.toMatchObject(unavailable);
    expect(await router.read(0, (client) => client.get('k'))).toBe(2);
    store.is = 'there';
    await clock.advance(12_000);
    await put(6);
  });

  test('a router that looks is not stopped, however seldom it is told to look', async () => {
    const { clock, put, store } = await leased({ refreshMs: 3_600_000, leaseMs: 3_000 });
    for (let second = 0; second < 30; second += 1) {
      await put(second);
      await clock.advance(1_000);
    }
    // One to open, one once the store is watched, and one a second.
    expect(store.looks).toBe(32);
  });

  test('a lease that is over is renewed by the write that needs it, when the store is there again', async () => {
    const { clock, store, put } = await leased({ leaseMs: 30_000 });
    store.is = 'away';
    await clock.advance(30_001);
    await expect(put(1)).rejects.toMatchObject(unavailable);
    store.is = 'there';
    await put(2);
  });

  test('a look counts from its beginning, for the store may have read at once', async () => {
    const clock = new ManualClock();
    const stored = memoryTopologyStore(first);
    let answer: () => void = () => undefined;
    const slow: TopologyStore = {
      ...stored,
      watch: async () => ({ close: async () => undefined }),
      load: async () => {
        const topology = await stored.load();
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return topology;
      },
    };
    const { adapter: mirror, connect } = memoryShards({ fencing: 'lease', clock });
    const opening = createRouter({ partitioner, store: slow, connect, mirror, clock, leaseMs: 1_000 });
    await settle();
    await clock.advance(1_500);
    answer();
    const late = await opening;
    const write = late.write(0, (client) => client.put('k', 1)).catch((error) => error);
    await settle();
    await clock.advance(1_000);
    expect(await write).toMatchObject(unavailable);
  });

  test('a partition that is being switched takes no writes, until its owner is decided', async () => {
    const { clock, shards, change, put } = await leased();
    await change(inPhase('cutover'));
    await clock.advance(2_000);
    const written = put(1);
    await clock.advance(1_000);
    expect(shards.inspect('a', 0).rows).toEqual([]);
    await change(() => ({ owners: ['b', 'b'], terms: [2, 1], ...inPhase('reversible')() }));
    await clock.advance(100);
    await written;
    expect([shards.inspect('a', 0).rows, shards.inspect('b', 0).rows.length]).toEqual([[], 1]);
  });

  test('and is given back to its owner when its mover has died', async () => {
    const { clock, shards, stored, change, put } = await leased();
    await change(inPhase('cutover'));
    await clock.advance(2_000);
    const written = put(1);
    await clock.advance(8_100);
    await written;
    expect(await stored.load()).toMatchObject({ owners: ['a', 'b'], terms: [2, 1], moves: [{ phase: 'catch-up' }] });
    expect(shards.inspect('a', 0).rows).toHaveLength(1);
  });

  test('a write ends by its deadline, and cannot be made after it', async () => {
    const { clock, router, shards } = await leased();
    let goOn: () => void = () => undefined;
    const slow = router.write(0, (client) =>
      client.transaction(async (own) => {
        await own.put('k', 1);
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      }),
    );
    const caught = slow.catch((error) => error);
    await clock.advance(2_000);
    expect(await caught).toMatchObject({ code: 'XC_SHARD_TIMEOUT' });
    goOn();
    await settle();
    expect(shards.inspect('a', 0)).toMatchObject({ rows: [], writers: 0 });
  });
});

test('where the data refuses old terms, writes go on however long the store is away', async () => {
  const { clock, store, put } = await leased({ fencing: 'data' });
  store.is = 'hanging';
  await clock.advance(3_600_000);
  await put(1);
});
