import { getEventListeners } from 'node:events';
import { ManualClock, MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { mergeConcat } from '../merge/merge-concat.ts';
import type { Place } from '../moving/data-adapter.ts';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { historyChecker, type MemoryClient, memoryShards } from '../testing/index.ts';
import { createTopology } from '../topology/create-topology.ts';
import { memoryTopologyStore } from '../topology/memory-topology-store.ts';
import type { Topology } from '../topology/topology.ts';
import type { TopologyStore } from '../topology/topology-store.ts';
import { createRouter } from './create-router.ts';
import type { Router } from './router.ts';

const { signal } = new AbortController();
const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const partitioner = customPartitions({ id: 'numbers', partitions: 6, of: Number });
const first = createTopology({ partitioner, shards: names.map((id) => ({ id })), owners: names });

const deaf = (store: TopologyStore): TopologyStore => ({
  ...store,
  watch: async () => ({ close: async () => undefined }),
});

/** Data that fences, the mover's hands, and routers. */
async function world() {
  const clock = new ManualClock();
  const logger = new MemoryLogger();
  const meter = new RecordingMeter();
  const shards = memoryShards({ clock });
  const stored = memoryTopologyStore(first);
  const store = { is: 'there' as 'there' | 'away' | 'hanging' };
  const answering =
    <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (store.is === 'away') throw new Error('away');
      return store.is === 'hanging' ? new Promise<R>(() => undefined) : await call(...args);
    };
  const flaky: TopologyStore = { ...stored, load: answering(stored.load), cas: answering(stored.cas) };
  const open = (
    opened: TopologyStore = flaky,
    refreshMs?: number,
    more: { readonly bufferMax?: number } = {},
  ): Promise<Router<MemoryClient>> =>
    createRouter({
      partitioner,
      store: opened,
      connect: shards.connect,
      clock,
      logger,
      meter,
      ...(refreshMs === undefined ? {} : { refreshMs }),
      ...more,
    });
  const at = (shard: string, partition: number): Place => ({ shard, partition, moveId: 'm', mover: 2 });
  const decide = async (partition: number, owner: string): Promise<void> => {
    const topology = (await stored.load()) as Topology;
    const [owners, terms] = [[...topology.owners], [...topology.terms]];
    owners[partition] = owner;
    terms[partition] = (terms[partition] as number) + 1;
    await stored.cas({ ...topology, epoch: topology.epoch + 1, owners, terms }, topology.epoch);
  };
  /** Everything of a partition, to another shard, at once. */
  const move = async (partition: number, from: string, to: string, term: number): Promise<void> => {
    await shards.adapter.fence(at(from, partition), term, signal);
    const { rows } = await shards.adapter.scan(at(from, partition), undefined, 1_000, signal);
    const changes = rows.map((row) => ({ key: row.key, row }));
    await shards.adapter.apply(at(to, partition), changes, signal);
    await decide(partition, to);
    await shards.adapter.purge(at(from, partition), 1_000, signal);
  };
  return { clock, logger, meter, shards, stored, store, open, at, decide, move };
}

const put = (router: Router<MemoryClient>, partition: number, value: unknown) =>
  router.write(partition, (client) => client.put('k', value));

describe('a router', () => {
  test('that has missed every message writes once, on the owner of now', async () => {
    const { clock, shards, stored, open, move } = await world();
    const router = await open(deaf(stored), 24 * 3_600_000);
    const history = historyChecker();
    const write = (value: number) => history.write('k', value, () => put(router, 0, value));
    await write(1);
    await move(0, 'a', 'b', 2);
    await move(0, 'b', 'c', 3);
    await move(0, 'c', 'd', 4);
    await clock.advance(3_600_000);
    expect(router.topology.epoch).toBe(1);
    await write(2);
    expect(router.topology.epoch).toBe(4);
    expect(await router.read(0, (client) => client.get('k'))).toBe(2);
    const rows = shards.shards.flatMap((shard) => shards.inspect(shard, 0).rows.map((row) => ({ shard, ...row })));
    history.check({ rows, ownerOf: () => 'd' });
    expect(history.counts).toMatchObject({ acknowledged: 2, refused: 0, unknown: 0 });
  });

  test('that hears of a change elsewhere is let through no fence', async () => {
    const { clock, shards, open, at, decide } = await world();
    const router = await open();
    for (const partition of [0, 1]) await shards.adapter.fence(at(names[partition] as string, partition), 2, signal);
    const written = put(router, 0, 1);
    await clock.advance(100);
    await decide(1, 'c');
    await clock.advance(1_000);
    expect(router.topology.epoch).toBe(2);
    expect(shards.inspect('a', 0).rows).toEqual([]);
    await decide(0, 'c');
    await clock.advance(100);
    await written;
    expect(shards.inspect('c', 0).rows).toEqual([{ key: 'k', value: 1 }]);
  });

  test('opens a fence for the old owner when its mover has died, once for all that wait', async () => {
    const { clock, shards, stored, open, at } = await world();
    const routers = await Promise.all([open(), open()]);
    await shards.adapter.fence(at('a', 0), 7, signal);
    const waiting = routers.flatMap((router) => [put(router, 0, 1), put(router, 0, 2)]);
    await clock.advance(7_900);
    expect((await stored.load())?.epoch).toBe(1);
    await clock.advance(300);
    await Promise.all(waiting);
    expect(await stored.load()).toMatchObject({ epoch: 2, owners: first.owners, terms: [7, 1, 1, 1, 1, 1] });
    expect(shards.inspect('a', 0).rows).toHaveLength(1);
  });
});

test.for([
  ['an older one', { epoch: 2, owners: first.owners, terms: [1, 2, 1, 1, 1, 1] }],
  ['another one of the same epoch', { epoch: 3, owners: first.owners, terms: [2, 2, 1, 1, 1, 1] }],
] as const)('a topology that its store has lost is not followed any longer: there is %s', async ([, left]) => {
  const { clock, logger, stored, open, decide } = await world();
  let isLost = false;
  const lossy: TopologyStore = {
    ...deaf(stored),
    load: async () => (isLost ? { ...first, ...left } : await stored.load()),
  };
  const router = await open(lossy);
  await decide(1, 'c');
  await decide(0, 'f');
  await clock.advance(5_000);
  expect(router.locate(0)).toMatchObject({ shard: 'f', term: 2, epoch: 3 });
  isLost = true;
  await clock.advance(5_000);
  expect(router.locate(0)).toMatchObject({ shard: 'a', epoch: left.epoch, term: left.terms[0] });
  expect(logger.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('has lost a topology') }]);
});

test('a look that was overtaken takes nothing back', async () => {
  const { clock, stored, open, decide } = await world();
  let answer: () => void = () => undefined;
  let isSlow = false;
  const slow: TopologyStore = {
    ...stored,
    watch: async () => ({ close: async () => undefined }),
    load: async () => {
      const topology = await stored.load();
      if (isSlow) {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
      }
      return topology;
    },
  };
  const router = await open(slow, 1_000);
  isSlow = true;
  await clock.advance(1_000);
  await decide(0, 'b');
  const overtaken = answer;
  isSlow = false;
  await clock.advance(12_000);
  expect(router.topology.epoch).toBe(2);
  overtaken();
  await clock.advance(0);
  expect(router.topology.epoch).toBe(2);
});

test('a fence that cannot be opened is tried by one for all, and told of once', async () => {
  const { clock, logger, shards, stored, open, at } = await world();
  let tries = 0;
  const closed: TopologyStore = {
    ...stored,
    cas: async () => {
      tries += 1;
      throw new Error('read only');
    },
  };
  const router = await open(closed);
  await shards.adapter.fence(at('a', 0), 2, signal);
  const waiting = Array.from({ length: 50 }, (_, value) => put(router, 0, value).catch((error) => error));
  await clock.advance(10_000);
  for (const end of await Promise.all(waiting)) expect(end).toMatchObject({ code: 'XC_SHARD_CUTOVER_TIMEOUT' });
  expect(tries).toBeGreaterThan(2);
  expect(tries).toBeLessThan(200);
  expect(logger.lines.map(({ message }) => message)).toEqual(['a fence that nobody opens could not be opened']);
});

describe.for(['away', 'hanging'] as const)('with the topology store %s after a fence', (is) => {
  test('writes wait no longer than they may and fail, and nothing is decided', async () => {
    const { clock, shards, stored, store, meter, open, at } = await world();
    const router = await open();
    await shards.adapter.fence(at('a', 0), 2, signal);
    store.is = is;
    const written = put(router, 0, 1).catch((error) => error);
    await clock.advance(9_999);
    expect(meter.value('xc_shard_buffered_writes')).toBe(1);
    await clock.advance(1);
    expect(await written).toMatchObject({ code: 'XC_SHARD_CUTOVER_TIMEOUT', retryable: true });
    expect(meter.value('xc_shard_buffered_writes')).toBe(0);
    expect((await stored.load())?.epoch).toBe(1);
    expect(shards.inspect('a', 0).rows).toEqual([]);
    expect(await router.read(0, (client) => client.get('k'))).toBeUndefined();
    await put(router, 1, 'elsewhere');
  });

  test('writes go on as soon as it answers again', async () => {
    const { clock, shards, store, open, at, decide } = await world();
    const router = await open();
    await shards.adapter.fence(at('a', 0), 2, signal);
    store.is = is;
    await clock.advance(30_000);
    store.is = 'there';
    const written = put(router, 0, 1);
    await clock.advance(100);
    await decide(0, 'b');
    await clock.advance(5_000);
    await written;
    expect(shards.inspect('b', 0).rows).toHaveLength(1);
  });
});

test('a write whose newer owner is known needs no place among those that wait', async () => {
  const { shards, open, at, decide } = await world();
  const router = await open(undefined, undefined, { bufferMax: 0 });
  await shards.adapter.fence(at('c', 2), 2, signal);
  await router.write(2, async (client, { attempt }) => {
    if (attempt === 1) {
      await decide(2, 'e');
      await router.refresh();
    }
    await client.put('k', attempt);
  });
  expect(shards.inspect('e', 2).rows).toMatchObject([{ value: 2 }]);
});

test('of a scatter only the shard that was fenced is asked again, of whoever owns its partitions by then', async () => {
  const { clock, shards, open, at, decide } = await world();
  const router = await open();
  await shards.adapter.fence(at('c', 2), 2, signal);
  const asked: string[] = [];
  const answer = router.scatter(
    async (client, { shard, partitions, attempt }) => {
      asked.push(`${shard}:${partitions} ${attempt}`);
      await client.put('k', partitions[0]);
      return [partitions[0]];
    },
    { merge: mergeConcat<unknown>(), allowScatter: true },
  );
  await clock.advance(1_000);
  await decide(2, 'e');
  await clock.advance(100);
  expect(await answer).toEqual({ value: [0, 1, 3, 2, 4, 5], missing: [] });
  expect(asked).toEqual([...names.map((name, index) => `${name}:${index} 1`), 'e:2 2']);
});

test('a scatter that meets a fence for long ends with its time, and says so of that shard alone', async () => {
  const { clock, shards, open, at } = await world();
  const router = await open();
  await shards.adapter.fence(at('c', 2), 2, signal);
  const answer = router.scatter(
    async (client, { partition }) => {
      await client.put('k', partition);
      return [partition];
    },
    { merge: mergeConcat<unknown>(), allowScatter: true, partial: 'best-effort', perShardTimeoutMs: 500 },
  );
  const before = clock.pending;
  await clock.advance(500);
  expect(await answer).toEqual({
    value: [0, 1, 3, 4, 5],
    missing: [{ shard: 'c', error: expect.objectContaining({ code: 'XC_SHARD_TIMEOUT' }) }],
  });
  expect(clock.pending).toBeLessThan(before);
});

test('of six shards one may hang: the others are answered for in time, and nothing is left behind', async () => {
  const { clock, open } = await world();
  const router = await open();
  for (const partition of names.keys()) await put(router, partition, partition);
  const before = clock.pending;
  const outer = new AbortController();
  const hanging: AbortSignal[] = [];
  const answer = router.scatter(
    async (client, { shard, signal: own }) => {
      if (shard === 'd') {
        hanging.push(own);
        await new Promise(() => undefined);
      }
      return (await client.list()).map(({ value }) => value);
    },
    { merge: mergeConcat<unknown>(), allowScatter: true, partial: 'best-effort', signal: outer.signal },
  );
  await clock.advance(9_999);
  let isThere = false;
  void answer.then(() => {
    isThere = true;
  });
  await clock.advance(0);
  expect(isThere).toBe(false);
  await clock.advance(1);
  expect(await answer).toEqual({
    value: [0, 1, 2, 4, 5],
    missing: [{ shard: 'd', error: expect.objectContaining({ code: 'XC_SHARD_TIMEOUT' }) }],
  });
  expect(hanging.map(({ aborted }) => aborted)).toEqual([true]);
  expect(clock.pending).toBe(before);
  expect(getEventListeners(outer.signal, 'abort')).toEqual([]);
});
