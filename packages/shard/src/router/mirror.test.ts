import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import type { Place } from '../moving/data-adapter.ts';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { type MemoryCall, type MemoryShardsOptions, memoryShards } from '../testing/index.ts';
import { createTopology } from '../topology/create-topology.ts';
import { memoryTopologyStore } from '../topology/memory-topology-store.ts';
import type { MovePhase } from '../topology/topology.ts';
import { createRouter } from './create-router.ts';

const { signal } = new AbortController();
/** Everything is in partition 0. */
const partitioner = customPartitions({ id: 'one', partitions: 2, of: () => 0 });
const source: Place = { shard: 'a', partition: 0, moveId: 'm', mover: 5 };
const target: Place = { ...source, shard: 'b' };

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
};

interface Moving extends MemoryShardsOptions {
  readonly phase?: MovePhase;
  readonly owner?: 'a' | 'b';
}

/** A router while partition 0 moves from a to b. */
async function moving({ phase = 'copy', owner = 'a', ...options }: Moving = {}) {
  const clock = new ManualClock();
  const logger = new MemoryLogger();
  const shards = memoryShards({ capture: 'mirror', clock, ...options });
  const first = createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b' }], owners: [owner, 'b'] });
  const move = { moveId: 'm', partition: 0, from: 'a', to: 'b', phase, mover: 5 };
  const store = memoryTopologyStore({ ...first, moves: [move] });
  for (const place of [source, target]) {
    await shards.adapter.claim(place, signal);
    await shards.adapter.startCapture(place, signal);
  }
  const { adapter, connect } = shards;
  const router = await createRouter({ partitioner, store, connect, mirror: adapter, clock, logger });
  const at = (shard: 'a' | 'b') => shards.inspect(shard, 0);
  return { clock, logger, shards, store, router, at };
}

describe('while a partition moves', () => {
  test('what is written is on both sides, and no mark is left', async () => {
    const { router, at } = await moving();
    expect(await router.write('k', (client) => client.put('k', 1).then(() => 'mine'))).toBe('mine');
    await router.write('l', (client) => client.put('l', 2));
    await router.write('k', (client) => client.delete('k'));
    expect(at('a').rows).toEqual([{ key: 'l', value: 2, version: 2n }]);
    expect(at('b')).toMatchObject({ rows: at('a').rows, tombstones: ['k'], pending: 0 });
    expect(at('a').pending).toBe(0);
  });

  test('it is marked, written, read back, applied and unmarked, in this order', async () => {
    const calls: string[] = [];
    const interleave = ({ of, method, shard, when }: MemoryCall): void => {
      if (when === 'after') calls.push(`${of} ${method} ${shard}`);
    };
    const { router } = await moving({ interleave });
    calls.length = 0;
    await router.write('k', (client) => client.put('k', 1));
    expect(calls).toEqual([
      'adapter mark a',
      'client put a',
      'client commit a',
      'adapter read a',
      'adapter apply b',
      'adapter unmark a',
    ]);
  });

  test.for([
    ['dual-write', 'catch-up', 'verify', 'cutover', 'reversible', 'failed'] as const,
    ['planned', 'cleanup', 'done', 'aborted', 'reversed'] as const,
  ])('of %j both sides are written, or none', async (phases) => {
    const isMirrored = phases[0] === 'dual-write';
    for (const phase of phases) {
      const { router, at } = await moving({ phase });
      await router.write('k', (client) => client.put('k', 1));
      expect([phase, at('a').rows.length, at('b').rows.length]).toEqual([phase, 1, isMirrored ? 1 : 0]);
    }
  });

  test('after the switch the source gets what the target is written', async () => {
    const { router, at } = await moving({ phase: 'reversible', owner: 'b' });
    await router.write('k', (client) => client.put('k', 1));
    expect(at('b')).toMatchObject({ rows: [{ key: 'k', value: 1 }], pending: 0 });
    expect(at('a').rows).toEqual(at('b').rows);
  });

  test('data that notes its changes itself is written once', async () => {
    const { router, at } = await moving({ capture: 'log' });
    await router.write('k', (client) => client.put('k', 1));
    expect([at('a').rows.length, at('b').rows.length]).toEqual([1, 0]);
  });

  test('a unit marks every row that it names', async () => {
    const { router, at, shards, clock } = await moving();
    const unit = (client: ReturnType<typeof shards.connect>) =>
      client.transaction(async (own) => {
        for (const key of ['7', 'x', 'y']) await own.put(key, key);
      });
    await router.writeTogether([7, 'x'], unit, { rows: ['7', 'x', 'y'] });
    expect(at('b').rows).toEqual(at('a').rows);
    shards.stop('b');
    await router.writeTogether([7n, 'x'], unit);
    await clock.advance(2_000);
    expect((await shards.adapter.changes(source, 9, signal)).keys).toEqual(['7', 'x']);
    await expect(router.write(['tenant', 'k'], unit)).rejects.toThrow('rows must name the rows');
    await router.write(['tenant', 'k'], (client) => client.get('k'), { rows: ['k'] });
  });
});

describe('a mirror that fails', () => {
  test('leaves its mark to the mover, and the call succeeds', async () => {
    const { router, at, shards, clock, logger } = await moving();
    shards.stop('b');
    await router.write('k', (client) => client.put('k', 1));
    expect(at('a')).toMatchObject({ rows: [{ key: 'k', value: 1 }], pending: 1 });
    expect(logger.lines.at(-1)).toMatchObject({ level: 'warn' });
    expect((await shards.adapter.changes(source, 9, signal)).keys).toEqual([]);
    await clock.advance(2_000);
    expect((await shards.adapter.changes(source, 9, signal)).keys).toEqual(['k']);
  });

  test('by hanging holds the call up no longer than a write may take', async () => {
    const interleave = ({ method }: MemoryCall): Promise<void> | undefined =>
      method === 'apply' ? new Promise(() => undefined) : undefined;
    const { router, at, clock } = await moving({ interleave });
    const written = router.write('k', (client) => client.put('k', 1));
    await settle();
    await clock.advance(2_000);
    await written;
    expect(at('a').pending).toBe(1);
  });

  test('because another mover has claimed the place says nothing, and changes nothing there', async () => {
    const { router, at, shards, logger } = await moving();
    await shards.adapter.claim({ ...target, mover: 6 }, signal);
    await router.write('k', (client) => client.put('k', 1));
    expect(at('b').rows).toEqual([]);
    expect(at('a').pending).toBe(1);
    expect(logger.lines).toEqual([]);
  });

  test('leaves no older row where a later write was faster', async () => {
    let [isHeld, goOn] = [true, (): void => undefined];
    const interleave = ({ method, when }: MemoryCall): Promise<void> | undefined => {
      if (method !== 'apply' || when === 'after' || !isHeld) return undefined;
      isHeld = false;
      return new Promise((resolve) => {
        goOn = resolve;
      });
    };
    const { router, at } = await moving({ interleave });
    const slow = router.write('k', (client) => client.put('k', 'old'));
    await settle();
    await router.write('k', (client) => client.delete('k'));
    goOn();
    await slow;
    expect(at('b')).toMatchObject({ rows: [], tombstones: ['k'] });
    expect(at('a').pending).toBe(0);
  });
});

describe('a write', () => {
  test('that cannot be marked is not made', async () => {
    const interleave = ({ method }: MemoryCall): void => {
      if (method === 'mark') throw new Error('no mark');
    };
    const { router, at } = await moving({ interleave });
    await expect(router.write('k', (client) => client.put('k', 1))).rejects.toThrow('no mark');
    expect(at('a').rows).toEqual([]);
  });

  test('that fails leaves its mark, for nobody knows what became of it', async () => {
    const { router, at } = await moving();
    const failing = router.write('k', async (client) => {
      await client.put('k', 1);
      throw new Error('connection lost');
    });
    await expect(failing).rejects.toThrow('connection lost');
    expect(at('a').pending).toBe(1);
    expect(at('b').rows).toEqual([]);
  });

  test('that is refused takes its mark back, and is made by the newer term', async () => {
    let fence: () => Promise<void> = async () => undefined;
    const interleave = async ({ method, when }: MemoryCall): Promise<void> => {
      if (method === 'mark' && when === 'after') await fence();
    };
    const { router, at, shards, store, clock } = await moving({ interleave });
    fence = async () => {
      fence = async () => undefined;
      await shards.adapter.fence(source, 2, signal);
    };
    const written = router.write('k', (client, { attempt }) => client.put('k', attempt));
    await settle();
    expect(at('a')).toMatchObject({ rows: [], pending: 0 });
    const topology = await store.load();
    if (topology === undefined) throw new Error('no topology');
    await store.cas({ ...topology, epoch: 2, terms: [2, 1] }, 1);
    await clock.advance(50);
    await written;
    expect(at('b').rows).toMatchObject([{ key: 'k', value: 2 }]);
    expect(at('a').pending).toBe(0);
  });

  test('that takes longer than a mark may be young is ended, and can no longer be made', async () => {
    const { router, at, clock } = await moving();
    let goOn: () => void = () => undefined;
    const slow = router.write('k', (client) =>
      client.transaction(async (own) => {
        await own.put('k', 1);
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      }),
    );
    const caught = slow.catch((error) => error);
    await settle();
    await clock.advance(2_000);
    expect(await caught).toMatchObject({ code: 'XC_SHARD_TIMEOUT' });
    goOn();
    await settle();
    expect(at('a')).toMatchObject({ rows: [], writers: 0, pending: 1 });
  });

  test('whose mark comes too late is not made', async () => {
    let goOn: () => void = () => undefined;
    const interleave = ({ method, when }: MemoryCall): Promise<void> | undefined =>
      method !== 'mark' || when === 'before'
        ? undefined
        : new Promise((resolve) => {
            goOn = resolve;
          });
    const { router, at, clock } = await moving({ interleave });
    const late = router.write('k', (client) => client.put('k', 1)).catch((error) => error);
    await settle();
    await clock.advance(2_000);
    goOn();
    expect(await late).toMatchObject({ code: 'XC_SHARD_TIMEOUT' });
    await settle();
    expect(at('a').rows).toEqual([]);
  });
});

test('a process that was stopped after its mark makes no write when it is woken', async () => {
  const { shards, store, clock, at } = await moving();
  let stopped = 0;
  const late = Object.assign(Object.create(clock) as ManualClock, {
    now: () => clock.now(),
    monotonic: () => clock.monotonic() + stopped,
    after: (ms: number, fn: () => void) => clock.after(ms, fn),
    every: (ms: number, fn: () => void) => clock.every(ms, fn),
  });
  const { adapter } = shards;
  const mirror: typeof adapter = {
    ...adapter,
    mark: async (...args) => {
      const mark = await adapter.mark?.(...args);
      stopped = 2_000;
      return mark;
    },
  };
  const router = await createRouter({ partitioner, store, connect: shards.connect, mirror, clock: late });
  const written = router.write('k', (client) => client.put('k', 1));
  await expect(written).rejects.toMatchObject({ code: 'XC_SHARD_TIMEOUT' });
  expect(at('a')).toMatchObject({ rows: [], pending: 1 });
});

test('where nothing can be marked a write that is not carried over fails', async () => {
  const { router, at, shards, clock, store } = await moving();
  const { mark: _mark, unmark: _unmark, ...mirror } = shards.adapter;
  const other = await createRouter({ partitioner, store, connect: shards.connect, mirror, clock });
  await other.write('k', (client) => client.put('k', 1));
  expect(at('b').rows).toEqual(at('a').rows);
  shards.stop('b');
  await expect(other.write('k', (client) => client.put('k', 2))).rejects.toThrow('shard b is stopped');
  await router.write('k', (client) => client.put('k', 3));
});

test('a mirror must be an adapter', async () => {
  const store = memoryTopologyStore(createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b' }] }));
  const open = (mirror: unknown) => createRouter({ partitioner, store, connect: () => 0, mirror: mirror as never });
  for (const mirror of [{}, null, 1]) await expect(open(mirror)).rejects.toThrow('mirror must be an adapter');
});
