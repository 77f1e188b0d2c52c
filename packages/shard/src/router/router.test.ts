import { isXcError, XcError } from '@xc/core';
import { ManualClock, MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { expect, test, vi } from 'vitest';
import { FencedError } from '../errors/fenced-error.ts';
import { createHeat } from '../heat/create-heat.ts';
import { mergeConcat } from '../merge/merge-concat.ts';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { directoryPartitions } from '../partitioners/directory-partitions.ts';
import { hashPartitions } from '../partitioners/hash-partitions.ts';
import { rangePartitions } from '../partitioners/range-partitions.ts';
import { createTopology } from '../topology/create-topology.ts';
import { memoryTopologyStore } from '../topology/memory-topology-store.ts';
import type { Topology } from '../topology/topology.ts';
import type { TopologyStore } from '../topology/topology-store.ts';
import { createRouter } from './create-router.ts';
import type { RouterOptions } from './router-options.ts';

/** Key n is in partition n. */
const partitioner = customPartitions({ id: 'numbers', partitions: 6, of: Number });
const shards = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
const first = createTopology({ partitioner, shards, owners: ['a', 'a', 'b', 'b', 'c', 'c'] });

async function opened(options: Partial<RouterOptions<string>> & { readonly topology?: Topology } = {}) {
  const clock = new ManualClock();
  const { topology = first, ...rest } = options;
  const store = rest.store ?? memoryTopologyStore(topology);
  const meter = new RecordingMeter();
  const logger = new MemoryLogger();
  const router = await createRouter<string>({
    partitioner,
    store,
    connect: ({ id }) => id,
    clock,
    meter,
    logger,
    ...rest,
  });
  return { router, store, clock, meter, logger };
}

/** Gives a partition to a shard: the next epoch, a new term. */
async function decide(store: TopologyStore, partition: number, owner: string): Promise<Topology> {
  const topology = (await store.load()) as Topology;
  const [owners, terms] = [[...topology.owners], [...topology.terms]];
  owners[partition] = owner;
  terms[partition] = (terms[partition] as number) + 1;
  const next = { ...topology, epoch: topology.epoch + 1, owners, terms };
  expect(await store.cas(next, topology.epoch)).toBe(true);
  return next;
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

test('runs a call on the shard of its key, and says where', async () => {
  const { router } = await opened();
  expect(router.locate(2)).toEqual({ shard: 'b', partition: 2, epoch: 1, term: 1 });
  const seen = await router.read(2, (client, { signal, ...context }) => ({ client, context }));
  expect(seen).toEqual({
    client: 'b',
    context: {
      shard: 'b',
      partition: 2,
      partitions: [2],
      epoch: 1,
      term: 1,
      role: 'primary',
      replica: undefined,
      attempt: 1,
    },
  });
  expect(await router.write(5, async (client) => client)).toBe('c');
});

test('a failing call fails as it is, and runs once', async () => {
  const { router } = await opened();
  const error = new Error('mine');
  const fn = vi.fn(() => Promise.reject(error));
  await expect(router.write(1, fn)).rejects.toBe(error);
  await expect(router.read(1, fn)).rejects.toBe(error);
  expect(fn).toHaveBeenCalledTimes(2);
});

test('follows the store by its watch, and by looking', async () => {
  const { router, store } = await opened();
  await decide(store, 0, 'c');
  await settle();
  expect(router.topology.epoch).toBe(2);
  expect(router.locate(0)).toMatchObject({ shard: 'c', term: 2 });

  const deaf = { ...memoryTopologyStore(first), watch: async () => ({ close: async () => undefined }) };
  const other = await opened({ store: deaf, refreshMs: 1_000 });
  await decide(deaf, 0, 'c');
  await settle();
  expect(other.router.topology.epoch).toBe(1);
  await other.clock.advance(1_000);
  expect(other.router.topology.epoch).toBe(2);
  await decide(deaf, 0, 'b');
  expect((await other.router.refresh()).epoch).toBe(3);
});

test('goes on with what it knows while the store is away, and says for how long', async () => {
  let away = false;
  const inner = memoryTopologyStore(first);
  const store: TopologyStore = {
    ...inner,
    load: async () => {
      if (away) throw new Error('away');
      return inner.load();
    },
  };
  const { router, clock, meter, logger } = await opened({ store, refreshMs: 1_000 });
  away = true;
  await clock.advance(3_000);
  expect(await router.write(0, (client) => client)).toBe('a');
  expect(meter.value('xc_shard_topology_stale_seconds')).toBe(3);
  expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  await expect(router.refresh()).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE', retryable: true });
  away = false;
  await clock.advance(1_000);
  expect(meter.value('xc_shard_topology_stale_seconds')).toBe(0);
});

test('does not open without a topology, nor with one of another partitioner', async () => {
  const open = (store: TopologyStore) => createRouter({ partitioner, store, connect: () => 0 });
  const none = { code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE', retryable: true };
  await expect(open(memoryTopologyStore())).rejects.toMatchObject(none);
  const other = createTopology({ partitioner: hashPartitions({ partitions: 6 }), shards });
  await expect(open(memoryTopologyStore(other))).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_INVALID' });
});

/** Data that refuses old terms. */
function fencedData() {
  const minTerms = new Map<number, number>();
  const run = vi.fn(
    (client: string, { partition, term, attempt }: { partition: number; term: number; attempt: number }) => {
      const minTerm = minTerms.get(partition) ?? 0;
      if (term < minTerm) throw new FencedError({ partition, term, minTerm });
      return { client, term, attempt };
    },
  );
  return { minTerms, run };
}

test('a write that the data refuses waits for the new owner, and runs there once', async () => {
  const { router, store, clock, meter } = await opened();
  const { minTerms, run } = fencedData();
  minTerms.set(2, 2);
  const written = router.write(2, run);
  await settle();
  expect(meter.value('xc_shard_buffered_writes')).toBe(1);
  await clock.advance(500);
  expect(run).toHaveBeenCalledTimes(1);
  await decide(store, 2, 'c');
  await clock.advance(50);
  expect(await written).toEqual({ client: 'c', term: 2, attempt: 2 });
  expect(run).toHaveBeenCalledTimes(2);
  expect(meter.value('xc_shard_buffered_writes')).toBe(0);
  expect(meter.value('xc_shard_fenced_total', { shard: 'b' })).toBe(1);
});

test('a router that has missed everything is refused once, looks, and writes on the new owner', async () => {
  const store = { ...memoryTopologyStore(first), watch: async () => ({ close: async () => undefined }) };
  const { router } = await opened({ store, refreshMs: 3_600_000 });
  const { minTerms, run } = fencedData();
  await decide(store, 2, 'c');
  minTerms.set(2, 2);
  expect(await router.write(2, run)).toEqual({ client: 'c', term: 2, attempt: 2 });
});

test('errors of drivers are fences where the caller says so', async () => {
  const { router, store, clock } = await opened({ isFenced: (error) => (error as { code?: string }).code === 'XC001' });
  const run = vi.fn((client: string, { attempt }: { attempt: number }) => {
    if (attempt === 1) throw Object.assign(new Error('refused'), { code: 'XC001' });
    return client;
  });
  const written = router.write(0, run);
  await settle();
  await decide(store, 0, 'b');
  await clock.advance(50);
  expect(await written).toBe('b');
});

test('a write waits no longer than the buffer time, and no more writes than may wait', async () => {
  const { router, clock } = await opened({ bufferMs: 1_000, bufferMax: 2 });
  const { minTerms, run } = fencedData();
  minTerms.set(2, 9);
  const waiting = [router.write(2, run), router.write(2, run)];
  const settled = Promise.allSettled(waiting);
  await settle();
  await expect(router.write(2, run)).rejects.toMatchObject({ code: 'XC_SHARD_CUTOVER_TIMEOUT', retryable: true });
  await clock.advance(1_100);
  for (const result of await settled) {
    expect(result).toMatchObject({
      status: 'rejected',
      reason: { code: 'XC_SHARD_CUTOVER_TIMEOUT', details: { partition: 2, term: 1 } },
    });
  }
  expect(await router.write(3, run)).toMatchObject({ client: 'b' });
});

test('a fence whose mover has died is opened for the old owner', async () => {
  const { router, store, clock, logger } = await opened({ healFenceMs: 2_000, bufferMs: 5_000 });
  const { minTerms, run } = fencedData();
  minTerms.set(2, 4);
  const written = router.write(2, run);
  await settle();
  await clock.advance(1_900);
  expect((await store.load())?.epoch).toBe(1);
  await clock.advance(200);
  expect(await written).toEqual({ client: 'b', term: 4, attempt: 2 });
  expect(await store.load()).toMatchObject({ epoch: 2, owners: first.owners });
  expect(logger.lines.at(-1)).toMatchObject({ level: 'warn' });
});

test('a caller that gives up waits no longer, and leaves no listener', async () => {
  const { router, clock } = await opened();
  const { minTerms, run } = fencedData();
  minTerms.set(2, 2);
  const given = new AbortController();
  const removed = vi.spyOn(given.signal, 'removeEventListener');
  const waiting = router.write(2, run, { signal: given.signal });
  await settle();
  given.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(removed).toHaveBeenCalled();
  const late = router.write(2, run, { timeoutMs: 100 });
  const caught = late.catch((error) => error);
  await settle();
  await clock.advance(100);
  expect(await caught).toMatchObject({ code: 'XC_SHARD_TIMEOUT', details: { timeoutMs: 100 } });
});

test('units over several keys must share a partition', async () => {
  const { router } = await opened();
  expect(await router.writeTogether([2, '2', 2n], (client, { partitions }) => [client, partitions])).toEqual([
    'b',
    [2],
  ]);
  await expect(router.writeTogether([2, 3], (client) => client)).rejects.toMatchObject({
    code: 'XC_SHARD_CROSS_SHARD',
  });
  await expect(router.writeTogether([], (client) => client)).rejects.toThrow(TypeError);
});

test('many keys are asked by shard and answered in their order', async () => {
  const { router } = await opened();
  const asked: unknown[] = [];
  const found = await router.many([5, 0, 2, 4, 0], async (client, keys, { partitions }) => {
    asked.push([client, keys, partitions]);
    return keys.map((key) => `${client}${key}`);
  });
  expect(found).toEqual(['c5', 'a0', 'b2', 'c4', 'a0']);
  expect(asked).toEqual([
    ['c', [5, 4], [4, 5]],
    ['a', [0, 0], [0]],
    ['b', [2], [2]],
  ]);
  expect(await router.many([], async () => [])).toEqual([]);
  await expect(router.many([1, 2], async () => [1, 2])).rejects.toThrow('fn must answer for each of its 1 keys');
});

test('of many keys only the group that was fenced is asked again, where its keys are now', async () => {
  const { router, store, clock } = await opened();
  const asked: string[] = [];
  const found = router.many([0, 2, 3], async (client, keys, { attempt }) => {
    asked.push(`${client}${keys}`);
    if (client === 'b' && attempt === 1) throw new FencedError({ partition: 2, term: 1, minTerm: 2 });
    return keys.map((key) => `${client}${key}`);
  });
  await settle();
  await decide(store, 2, 'c');
  await clock.advance(50);
  expect(await found).toEqual(['a0', 'c2', 'b3']);
  expect(asked).toEqual(['a0', 'b2,3', 'c2', 'b3']);
});

test('the first failure of many ends the others', async () => {
  const { router } = await opened();
  const ended: string[] = [];
  const found = router.many([0, 2, 4], async (client, _keys, { signal }) => {
    if (client === 'b') throw new Error('b is ill');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    ended.push(client);
    return ['late'];
  });
  await expect(found).rejects.toThrow('b is ill');
  await settle();
  expect(ended).toEqual(['a', 'c']);
});

test('a question says which shards it goes to before it is asked', async () => {
  const range = rangePartitions({ bounds: [10, 20] });
  const topology = createTopology({ partitioner: range, shards, owners: ['a', 'b', 'a'] });
  const { router } = await opened({ partitioner: range, topology });
  expect(router.route({ key: 15 })).toEqual({ kind: 'single', shards: ['b'], partitions: [1] });
  expect(router.route({ keys: [5, 25] })).toEqual({ kind: 'single', shards: ['a'], partitions: [0, 2] });
  expect(router.route({ from: 5, to: 11 })).toEqual({ kind: 'targeted', shards: ['a', 'b'], partitions: [0, 1] });
  expect(router.route({ all: true })).toEqual({ kind: 'scatter', shards: ['a', 'b'], partitions: [0, 1, 2] });
  expect(router.route({ under: ['x'] }).kind).toBe('scatter');
  expect(() => router.route({} as never)).toThrow(TypeError);
  const asked = vi.fn(async (client: string) => [client]);
  expect(await router.scatter(asked, { merge: mergeConcat(), where: { from: 11, to: 19 } })).toEqual({
    value: ['b'],
    missing: [],
  });
});

test('asks several shards only when somebody says that it is meant', async () => {
  const { router } = await opened();
  const asked = vi.fn(async (client: string) => [client]);
  const refused = await router.scatter(asked, { merge: mergeConcat() }).catch((error) => error);
  expect(refused).toMatchObject({ code: 'XC_SHARD_SCATTER_REFUSED', details: { shards: ['a', 'b', 'c'] } });
  expect(refused.message).toContain('a, b, c');
  expect(asked).not.toHaveBeenCalled();
  expect(await router.scatter(asked, { merge: mergeConcat(), allowScatter: true })).toEqual({
    value: ['a', 'b', 'c'],
    missing: [],
  });
  const always = await opened({ allowScatter: true });
  expect((await always.router.scatter(asked, { merge: mergeConcat() })).value).toEqual(['a', 'b', 'c']);
  await expect(always.router.scatter(asked, { merge: mergeConcat(), allowScatter: false })).rejects.toThrow(
    'allowScatter',
  );
});

test('a scatter that may ask none at a time, or in no time, is refused', async () => {
  const { router } = await opened({ allowScatter: true });
  const ask = vi.fn(async (client: string) => [client]);
  for (const partial of ['fail', 'quorum', 'best-effort'] as const) {
    for (const bad of [0, -1, Number.NaN, 0.5, '2' as never]) {
      for (const name of ['concurrency', 'perShardTimeoutMs']) {
        const asked = router.scatter(ask, { merge: mergeConcat<string>(), partial, [name]: bad });
        await expect(asked).rejects.toThrow(new RegExp(`^${name} must be an integer from 1 to`));
      }
    }
  }
  expect(ask).not.toHaveBeenCalled();
  const one = { merge: mergeConcat<string>(), concurrency: 1, perShardTimeoutMs: 1 };
  expect(await router.scatter(ask, one)).toEqual({ value: ['a', 'b', 'c'], missing: [] });
});

test('a hanging shard is missing when its time is up, and its late answer is dropped', async () => {
  const { router, clock } = await opened({ perShardTimeoutMs: 1_000 });
  const fn = async (client: string, { signal }: { signal: AbortSignal }) => {
    if (client !== 'b') return [client];
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return ['late'];
  };
  const ask = (partial: 'fail' | 'quorum' | 'best-effort') => {
    const answer = router.scatter(fn, { merge: mergeConcat(), allowScatter: true, partial });
    return answer.catch((error) => error);
  };
  const answers = [ask('best-effort'), ask('quorum'), ask('fail')];
  await settle();
  await clock.advance(1_000);
  const missing = [
    {
      shard: 'b',
      error: expect.objectContaining({ code: 'XC_SHARD_TIMEOUT', details: { timeoutMs: 1_000, shard: 'b' } }),
    },
  ];
  expect(await answers[0]).toEqual({ value: ['a', 'c'], missing });
  expect(await answers[1]).toEqual({ value: ['a', 'c'], missing });
  expect(await answers[2]).toMatchObject({ code: 'XC_SHARD_PARTIAL', details: { missing } });
  expect(clock.pending).toBe(1);
});

test('with too many failures the others are ended', async () => {
  const { router } = await opened();
  const fn = async (client: string, { signal }: { signal: AbortSignal }) => {
    if (client === 'a')
      return new Promise<string[]>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    throw new Error(`${client} is ill`);
  };
  const quorum = router.scatter(fn, { merge: mergeConcat(), allowScatter: true, partial: 'quorum' });
  await expect(quorum).rejects.toMatchObject({ code: 'XC_SHARD_PARTIAL', cause: expect.any(Error), retryable: false });
  const one = router.scatter(fn, { merge: mergeConcat(), allowScatter: true, concurrency: 1, partial: 'best-effort' });
  await settle();
  await router[Symbol.asyncDispose]();
  await expect(one).rejects.toMatchObject({ code: 'XC_SHARD_CLOSED' });
});

test('the shard that has failed is named, and told apart from those that were given up', async () => {
  const { router } = await opened();
  const fn = async (client: string, { signal }: { signal: AbortSignal }) => {
    if (client === 'b') throw new Error('b is ill');
    return new Promise<string[]>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  const failing = router.scatter(fn, { merge: mergeConcat(), allowScatter: true });
  await expect(failing).rejects.toMatchObject({
    code: 'XC_SHARD_PARTIAL',
    message: '1 of 3 shards failed: b; 2 more were not waited for',
    cause: { message: 'b is ill' },
    details: {
      missing: [
        { shard: 'a', error: { name: 'AbortError' } },
        { shard: 'b', error: { message: 'b is ill' } },
        { shard: 'c', error: { name: 'AbortError' } },
      ],
    },
  });
});

test('a broadcast runs on every shard, and says who has failed', async () => {
  const { router } = await opened();
  expect(await router.broadcast(async (client, { partitions }) => `${client} ${partitions}`)).toEqual(
    new Map([
      ['a', 'a 0,1'],
      ['b', 'b 2,3'],
      ['c', 'c 4,5'],
    ]),
  );
  const done: string[] = [];
  const failing = router.broadcast(async (client) => {
    if (client === 'a') throw new Error('a is ill');
    done.push(client);
  });
  await expect(failing).rejects.toMatchObject({ code: 'XC_SHARD_PARTIAL', details: { missing: [{ shard: 'a' }] } });
  expect(done).toEqual(['b', 'c']);
});

test('a shard that is down fails its own keys at once, one that drains goes on', async () => {
  const topology = {
    ...first,
    shards: [{ id: 'a', state: 'down' }, { id: 'b', state: 'draining' }, { id: 'c' }],
  } as Topology;
  const { router } = await opened({ topology });
  await expect(router.read(0, (client) => client)).rejects.toMatchObject({
    code: 'XC_SHARD_DOWN',
    details: { shard: 'a' },
  });
  expect(await router.write(2, (client) => client)).toBe('b');
});

test('keys of a directory are looked up before they are routed', async () => {
  const directory = directoryPartitions({
    lookup: async () => new Map([['vip', 5]]),
    fallback: hashPartitions({ partitions: 6 }),
  });
  const topology = createTopology({ partitioner: directory, shards, owners: first.owners });
  const { router } = await opened({ partitioner: directory, topology });
  expect(await router.read('vip', (client, { partition }) => [client, partition])).toEqual(['c', 5]);
  expect(await router.many(['vip', 'vip'], async (client, keys) => keys.map(() => client))).toEqual(['c', 'c']);
});

test('counts what it does, by shard, and tells heat of the keys', async () => {
  const heat = createHeat();
  const { router, meter } = await opened({ heat });
  await router.read(0, (client) => client);
  await router.write(0, (client) => client);
  await router.read(0, () => Promise.reject(new Error('x'))).catch(() => undefined);
  const count = (op: string, outcome: string) => meter.value('xc_shard_requests_total', { shard: 'a', op, outcome });
  expect([count('read', 'ok'), count('write', 'ok'), count('read', 'error')]).toEqual([1, 1, 1]);
  expect(meter.value('xc_shard_epoch')).toBe(1);
  expect(heat.topKeys(1)).toMatchObject([{ key: '0' }]);
  expect(heat.topKeys(1)[0]?.count).toBeCloseTo(3, 3);
});

test('a router that is closed takes no more calls', async () => {
  const { router, store } = await opened();
  await router[Symbol.asyncDispose]();
  await router[Symbol.asyncDispose]();
  await expect(router.read(0, (client) => client)).rejects.toMatchObject({ code: 'XC_SHARD_CLOSED' });
  await decide(store, 0, 'b');
  await settle();
  expect(router.topology.epoch).toBe(1);
});

test('refuses options that are none', async () => {
  const store = memoryTopologyStore(first);
  const good = { partitioner, store, connect: () => 'x' };
  const open = (options: object) => createRouter({ ...good, ...options } as RouterOptions<string>);
  for (const name of ['partitioner', 'store', 'connect']) {
    await expect(open({ [name]: {} })).rejects.toThrow(new RegExp(`^${name} must be`));
  }
  for (const name of ['refreshMs', 'concurrency', 'perShardTimeoutMs', 'healFenceMs']) {
    await expect(open({ [name]: 0 })).rejects.toThrow(`${name} must be an integer from 1`);
  }
  await expect(open({ bufferMs: -1 })).rejects.toThrow(RangeError);
  for (const replicas of [5, {}, null])
    await expect(open({ replicas })).rejects.toThrow('replicas must be a view of replicas, got');
  await expect(open({ heat: {} })).rejects.toThrow('heat must be one of createHeat, got');
  await expect(open({ allowScatter: 'yes' })).rejects.toThrow('allowScatter must be true or false, got "yes"');
  await expect(open({ refreshms: 5 })).rejects.toThrow('got "refreshms"');
  const { router } = await opened();
  await expect(router.read(0, (client) => client, { consistency: 'newest' as never })).rejects.toThrow(TypeError);
  await expect(router.read(0, (client) => client, { timeoutMs: 0 })).rejects.toThrow(RangeError);
  await expect(router.read(1.5, (client) => client)).rejects.toThrow('key must be a string, a safe integer');
  await expect(router.read(6, (client) => client)).rejects.toSatisfy((error) =>
    isXcError(error, 'XC_SHARD_NO_PARTITION'),
  );
  await expect(router.scatter(async () => 1, {} as never)).rejects.toThrow(TypeError);
  await expect(router.scatter(async () => [1], { merge: mergeConcat(), partial: 'some' as never })).rejects.toThrow(
    TypeError,
  );
  expect(new XcError('X', 'x').retryable).toBe(false);
});
