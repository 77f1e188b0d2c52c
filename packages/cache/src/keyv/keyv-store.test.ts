import { chaosTier } from '@xc/cache/testing';
import { ManualClock } from '@xc/core/testing';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { createCache, memoryTier } from '../index.ts';
import { type KeyvStore, keyvStore } from './index.ts';

let clock: ManualClock;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
  clock = new ManualClock(1_700_000_000_000);
});
afterEach(() => {
  vi.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  await clock.advance(ms);
}

const stores: Record<string, () => (namespace?: string) => Keyv> = {
  'its own Map': () => {
    const store = new Map();
    return (namespace) => new Keyv({ store, ...(namespace && { namespace }) });
  },
  'a cache in memory': () => {
    const cache = createCache({ clock });
    return (namespace) => new Keyv({ store: keyvStore(cache), ...(namespace && { namespace }) });
  },
  'a cache with a second level': () => {
    const cache = createCache({ clock, l1: false, l2: memoryTier({ clock }) });
    return (namespace) => new Keyv({ store: keyvStore(cache), ...(namespace && { namespace }) });
  },
};

describe.each(Object.entries(stores))('Keyv on %s', (name, make) => {
  let open: ReturnType<typeof make>;
  beforeEach(() => {
    open = make();
  });

  test.each([
    ['text', 'bar'],
    ['quotes', '"\''],
    ['false', false],
    ['zero', 0],
    ['null', null],
    ['an object', { fizz: 'buzz' }],
    ['bytes', Buffer.from('bar')],
    ['bytes in an object', { buff: Buffer.from('buzz') }],
  ])('gives back %s', async (_, value) => {
    const keyv = open();
    expect(await keyv.set('foo', value)).toBe(true);
    expect(await keyv.get('foo')).toEqual(value);
    expect(await keyv.has('foo')).toBe(true);
  });

  test('gives undefined for what is not there, and for undefined', async () => {
    const keyv = open();
    expect(await keyv.get('foo')).toBeUndefined();
    expect(await keyv.has('foo')).toBe(false);
    await keyv.set('foo', undefined);
    expect(await keyv.get('foo')).toBeUndefined();
  });

  test('forgets after the ttl, and keeps what has none', async () => {
    const keyv = open();
    await keyv.set('short', 1, 1_000);
    await keyv.set('long', 2);
    await keyv.set('zero', 3, 0);
    await pass(999);
    expect(await keyv.get(['short', 'long', 'zero'])).toEqual([1, 2, 3]);
    await pass(2);
    expect(await keyv.get(['short', 'long', 'zero'])).toEqual([undefined, 2, 3]);
    await pass(20 * 86_400_000);
    expect(await keyv.get('long')).toBe(2);
  });

  test('gives many in the order asked, with undefined in the gaps', async () => {
    const keyv = open();
    await keyv.set('a', 1);
    await keyv.set('c', 3);
    expect(await keyv.get(['c', 'b', 'a', 'c'])).toEqual([3, undefined, 1, 3]);
    expect(await keyv.get(['x', 'y'])).toEqual([undefined, undefined]);
  });

  test('sets many at once', async () => {
    const keyv = open();
    expect(
      await keyv.setMany([
        { key: 'a', value: 1 },
        { key: 'b', value: 2, ttl: 10 },
      ]),
    ).toEqual([true, true]);
    await pass(11);
    expect(await keyv.hasMany(['a', 'b'])).toEqual([true, false]);
  });

  test('tells whether it deleted something', async () => {
    const keyv = open();
    await keyv.set('a', 1);
    await keyv.set('b', 2);
    expect(await keyv.delete('a')).toBe(true);
    expect(await keyv.delete('a')).toBe(false);
    expect(await keyv.get('a')).toBeUndefined();
    expect(await keyv.delete(['b', 'c'])).toBe(false);
    expect(await keyv.get('b')).toBeUndefined();
  });

  test('keeps namespaces apart, also when one is cleared', async () => {
    if (name === 'its own Map') return expect(open('a').namespace).toBe('a'); // a Map is cleared whole
    const [a, ab] = [open('a'), open('ab')];
    await a.set('foo', 'a');
    await ab.set('foo', 'ab');
    expect(await a.delete('foo')).toBe(true);
    expect(await ab.get('foo')).toBe('ab');
    await a.set('foo', 'a');
    expect(await a.clear()).toBeUndefined();
    expect([await a.get('foo'), await ab.get('foo')]).toEqual([undefined, 'ab']);
  });

  test('iterates over what is in its memory', async () => {
    if (name === 'a cache with a second level') return expect(open().iterator).toBeTypeOf('function');
    await open('other').set('z', 26);
    const keyv = open('mine');
    for (const key of ['a', 'b', 'c:d']) await keyv.set(key, key.toUpperCase());
    await keyv.set('gone', 1, 5);
    await pass(6);
    const seen: unknown[] = [];
    for await (const pair of keyv.iterator?.(undefined) ?? []) seen.push(pair);
    expect(seen.sort()).toEqual([
      ['a', 'A'],
      ['b', 'B'],
      ['c:d', 'C:D'],
    ]);
  });
});

test('keeps a number of its own in the ttl of the cache, without jitter', async () => {
  const cache = createCache({ clock, defaults: { ttlMs: 5, graceMs: 1_000, sliding: true, jitter: 0.5 } });
  const store = keyvStore(cache);
  await store.set('a', 1, 1_000);
  await pass(999);
  expect(await store.get('a')).toBe(1);
  await pass(1);
  expect(await store.get('a')).toBeUndefined();
  await store.set('b', 2);
  await store.set('b', 2, -1);
  expect(await store.has('b')).toBe(false);
});

test('passes on through Keyv that the second level is away', async () => {
  const plan = { fail: 0 };
  const cache = createCache({ l2: chaosTier(memoryTier(), plan) });
  const keyv = new Keyv({ store: keyvStore(cache) });
  const errors: unknown[] = [];
  keyv.on('error', (error) => errors.push(error));
  plan.fail = 1;
  expect(await keyv.get('a')).toBeUndefined();
  expect(errors).toEqual([expect.objectContaining({ code: 'XC_CACHE_UNAVAILABLE' })]);
});

test('fits the type that Keyv asks for, and refuses what is no cache', () => {
  const adapter: KeyvStoreAdapter = keyvStore(createCache());
  expect(adapter.opts).toBeTypeOf('object');
  expectTypeOf(keyvStore).returns.toEqualTypeOf<KeyvStore>();
  expect(() => keyvStore(new Map() as never)).toThrow('cache must be one of createCache, got object');
});
