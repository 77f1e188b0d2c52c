import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createKeyedPool, type KeyedPoolOptions, type Lease } from '../src/index.ts';
import { type FakeFactory, type FakeResource, fakeFactory } from '../src/testing/fake-factory.ts';
import { outcome, watched } from './given-pool.ts';

function givenKeyed(
  options: KeyedPoolOptions = {},
  fake: { readonly createMs?: number; readonly destroyMs?: number } = {},
) {
  const clock = new ManualClock();
  const factories = new Map<string, FakeFactory>();
  const made: string[] = [];
  const pools = createKeyedPool(
    (key) => {
      made.push(key);
      const factory = fakeFactory({ clock, ...fake });
      factories.set(key, factory);
      return factory;
    },
    { clock, ...options },
  );
  const open = () => [...factories.values()].reduce((sum, factory) => sum + factory.open, 0);
  const settle = () => clock.advance(0);
  return { clock, pools, factories, made, open, settle };
}

test('each key has resources of its own, up to max', async () => {
  const { pools, factories, made } = givenKeyed({ max: 2 });
  const leases = [await pools.acquire('a'), await pools.acquire('a'), await pools.acquire('b')];
  expect(leases.map(({ id }) => id)).toEqual([1, 2, 1]);
  const third = outcome(pools.acquire('a', { timeoutMs: 0 }));
  expect((await third).error).toMatchObject({ code: 'XC_POOL_TIMEOUT' });
  expect(made).toEqual(['a', 'b']);
  expect(pools.stats()).toEqual({ keys: 2, total: 3, waiting: 0 });
  expect(pools.statsOf('a')).toMatchObject({ inUse: 2, max: 2 });
  expect(pools.statsOf('c')).toBeUndefined();
  expect(await pools.use('b', ({ id }) => id)).toBe(2);
  expect(factories.get('b')?.opened).toHaveLength(2);
});

test('keys are data: __proto__ and constructor are keys like any other, and no key is empty', async () => {
  const { pools, made } = givenKeyed();
  for (const key of ['__proto__', 'constructor', 'toString']) expect(await pools.use(key, () => key)).toBe(key);
  expect(made).toEqual(['__proto__', 'constructor', 'toString']);
  for (const key of ['', undefined, 7] as string[]) {
    expect((await outcome(pools.acquire(key))).error).toBeInstanceOf(TypeError);
    expect((await outcome(pools.use(key, () => 1))).error).toBeInstanceOf(TypeError);
  }
});

describe('at maxTotal', () => {
  test('the idle resource of another key that was not used for the longest is closed to make room', async () => {
    const { pools, factories, clock, open } = givenKeyed({ maxTotal: 3 }, { destroyMs: 10 });
    for (const key of ['a', 'b', 'c']) {
      await pools.use(key, () => {});
      await clock.advance(1);
    }
    await pools.use('a', () => {});
    const lease = watched(pools.acquire('d'));
    expect(open()).toBe(3);
    await clock.advance(10);
    expect(lease.settled).toBe(true);
    expect(factories.get('b')?.opened[0]?.endReason).toBe('surplus');
    expect(factories.get('a')?.open).toBe(1);
    expect(pools.stats().total).toBe(3);
  });

  test('never more than that are open', async () => {
    const { pools, clock, open } = givenKeyed({ max: 3, maxTotal: 5 }, { createMs: 2, destroyMs: 3 });
    let most = 0;
    const work = Array.from({ length: 300 }, (_, at) =>
      pools.use(`key ${(at * 7) % 11}`, async () => {
        most = Math.max(most, open());
        await clock.sleep(1);
      }),
    );
    for (let ms = 0; ms < 2_000; ms++) await clock.advance(1);
    await Promise.all(work);
    expect(most).toBeLessThanOrEqual(5);
    expect(pools.stats()).toMatchObject({ waiting: 0 });
  });

  test('a key with ten thousand waiters delays the first waiter of another by one turn at most', async () => {
    const { pools, settle } = givenKeyed({ max: 10, maxTotal: 4, acquireTimeoutMs: Number.POSITIVE_INFINITY });
    const held: Lease<FakeResource>[] = [];
    let served = 0;
    for (let waiter = 0; waiter < 10_000; waiter++) {
      void pools.acquire('greedy').then((lease) => {
        served++;
        held.push(lease);
      });
    }
    await settle();
    expect(served).toBe(4);
    const other = watched(pools.acquire('modest'));
    await settle();
    expect(other.settled).toBe(false);
    held.shift()?.release();
    await settle();
    expect(other.settled).toBe(true);
    expect(served).toBeLessThanOrEqual(5);
  });

  test('two keys that both have plenty of waiters end up with about half each, and do not swap for ever', async () => {
    const { pools, clock, factories } = givenKeyed({ max: 10, maxTotal: 10 });
    let going = true;
    const loop = async (key: string): Promise<number> => {
      let uses = 0;
      while (going) {
        await pools.use(key, () => clock.sleep(1));
        uses++;
      }
      return uses;
    };
    const loops = ['one', 'other'].map((key) => Promise.all(Array.from({ length: 40 }, () => loop(key))));
    for (let ms = 0; ms < 500; ms++) await clock.advance(1);
    going = false;
    for (let ms = 0; ms < 50; ms++) await clock.advance(1);
    const [one = [], other = []] = await Promise.all(loops);
    const sum = (uses: readonly number[]) => uses.reduce((total, count) => total + count, 0);
    expect(sum(one) / sum(other)).toBeGreaterThan(0.8);
    expect(sum(one) / sum(other)).toBeLessThan(1.25);
    const creates = [...factories.values()].reduce((total, factory) => total + factory.creates, 0);
    expect(creates).toBeLessThan(40);
  });

  test("what is only kept ready is worth nobody else's idle resource", async () => {
    const { pools, settle } = givenKeyed({ min: 1, max: 2, maxTotal: 2 });
    for (const key of ['a', 'b', 'c', 'd']) {
      await pools.use(key, () => {});
      await settle();
    }
    expect(pools.stats().total).toBe(2);
    expect(await pools.use('a', () => 'served')).toBe('served');
  });
});

test('a key with nothing lent and nobody waiting is forgotten after keyIdleMs', async () => {
  const { pools, clock, factories, made } = givenKeyed({ keyIdleMs: 1_000 });
  await pools.use('a', () => {});
  const lease = await pools.acquire('b');
  await clock.advance(999);
  expect(pools.stats().keys).toBe(2);
  await clock.advance(1);
  expect(pools.stats()).toMatchObject({ keys: 1, total: 1 });
  expect(factories.get('a')?.open).toBe(0);
  await clock.advance(5_000);
  lease.release();
  await clock.advance(999);
  expect(pools.stats().keys).toBe(1);
  await clock.advance(1_000);
  expect(pools.stats().keys).toBe(0);
  await pools.use('a', () => {});
  expect(made).toEqual(['a', 'b', 'a']);
});

test('at maxKeys the least recently used idle key makes room, and with none idle the new one is refused', async () => {
  const { pools } = givenKeyed({ maxKeys: 2 });
  await pools.use('a', () => {});
  await pools.use('b', () => {});
  await pools.use('a', () => {});
  const held = await pools.acquire('c');
  expect([pools.statsOf('a') !== undefined, pools.statsOf('b') !== undefined]).toEqual([true, false]);
  await pools.acquire('a');
  expect((await outcome(pools.acquire('d'))).error).toMatchObject({
    code: 'XC_POOL_QUEUE_FULL',
    message: 'pool default is full: 2 keys are in use already',
    details: { pool: 'default', maxKeys: 2, dropped: false, refusedBy: 'default' },
    retryable: true,
  });
  held.release();
});

test('clear starts a new generation of one key or of all', async () => {
  const { pools, factories } = givenKeyed();
  for (const key of ['a', 'b']) await pools.use(key, () => {});
  pools.clear('a');
  pools.clear('unknown');
  expect([factories.get('a')?.open, factories.get('b')?.open]).toEqual([0, 1]);
  pools.clear();
  expect(factories.get('b')?.open).toBe(0);
});

test('drain closes every key and refuses what comes after', async () => {
  const { pools, clock, open } = givenKeyed({ max: 1 });
  await pools.use('a', () => {});
  await pools.acquire('b');
  const waiting = outcome(pools.acquire('b'));
  const report = watched(pools.drain({ deadlineMs: 100 }));
  expect((await waiting).error).toMatchObject({ code: 'XC_POOL_CLOSED' });
  expect((await outcome(pools.acquire('a'))).error).toMatchObject({ code: 'XC_POOL_CLOSED' });
  await clock.advance(100);
  expect(report.value).toMatchObject({ clean: false, forced: 1, rejected: 1, tookMs: 100, abandoned: [{ id: 1 }] });
  expect(open()).toBe(0);
  await pools[Symbol.asyncDispose]();
});

test.each([[null], [{ patienceMs: 5 }], [{ deadlineMs: -1 }]])(
  'a drain with %j is refused, and leaves every key as it was',
  async (options) => {
    const { pools, open } = givenKeyed();
    (await pools.acquire('a')).release();
    expect(await outcome(pools.drain(options as never))).toHaveProperty('error');
    (await pools.acquire('b')).release();
    expect(open()).toBe(2);
    expect(await pools.drain()).toMatchObject({ clean: true });
  },
);

test('all keys share one timer, one set of metrics and one listener', async () => {
  const meter = new RecordingMeter();
  const types: string[] = [];
  const { pools, clock } = givenKeyed({ name: 'tenants', meter, onEvent: ({ type }) => types.push(type) });
  const leases = await Promise.all(['a', 'b', 'c'].map((key) => pools.acquire(key)));
  expect(meter.value('xc_pool_resources', { pool: 'tenants', state: 'in_use' })).toBe(3);
  expect(types.filter((type) => type === 'acquired')).toHaveLength(3);
  expect(clock.pending).toBeLessThanOrEqual(1);
  for (const lease of leases) lease.release();
  expect(meter.value('xc_pool_resources', { pool: 'tenants', state: 'in_use' })).toBe(0);
  expect(meter.value('xc_pool_resources', { pool: 'tenants', state: 'idle' })).toBe(3);
});

test('refuses caps that are none, and a factory that is none', async () => {
  const factory = () => fakeFactory();
  expect(() => createKeyedPool(undefined as never)).toThrow(new TypeError('factory must be a function, got undefined'));
  expect(() => createKeyedPool(factory, { maxTotal: 0 })).toThrow(RangeError);
  expect(() => createKeyedPool(factory, { maxKeys: 1.5 })).toThrow(RangeError);
  expect(() => createKeyedPool(factory, { keyIdleMs: -1 })).toThrow(RangeError);
  expect(() => createKeyedPool(factory, { max: 0 })).toThrow(RangeError);
  const broken = createKeyedPool(() => ({}) as never);
  expect((await outcome(broken.acquire('a'))).error).toBeInstanceOf(TypeError);
});
