import { type Cache, type CacheEvents, createCache, memoryTier } from '@xc/cache';
import { chaosTier } from '@xc/cache/testing';
import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { nodesOf } from './two-nodes.ts';

type Keyed = 'fill' | 'discard' | 'evict' | 'invalidate' | 'loadError' | 'refreshError';

function listen<E extends Keyed>(event: E, caches: Readonly<Record<string, Cache>>) {
  const heard: Record<string, CacheEvents[E][]> = {};
  for (const [name, cache] of Object.entries(caches)) {
    const facts: CacheEvents[E][] = [];
    heard[name] = facts;
    cache.on(event, (fact) => facts.push(fact));
  }
  return heard;
}

function family(root: Cache) {
  const x = root.namespace('x');
  return { root, x, inner: x.namespace('inner'), y: root.namespace('y') };
}

test('a listener hears of its namespace and of those within it, and which of them it was', async () => {
  const caches = family(createCache());
  const { root, x, inner, y } = caches;
  const fills = listen('fill', caches);
  const errors = listen('loadError', caches);
  for (const cache of [root, x, inner, y]) await cache.getOrSet('k', () => 1);
  expect(fills).toEqual({
    root: [
      { key: 'k' },
      { key: 'k', namespace: 'x' },
      { key: 'k', namespace: 'x:inner' },
      { key: 'k', namespace: 'y' },
    ],
    x: [{ key: 'k' }, { key: 'k', namespace: 'inner' }],
    inner: [{ key: 'k' }],
    y: [{ key: 'k' }],
  });
  const error = new Error('boom');
  await expect(x.getOrSet('bad', () => Promise.reject(error))).rejects.toBe(error);
  expect(errors).toEqual({
    root: [{ key: 'bad', error, namespace: 'x' }],
    x: [{ key: 'bad', error }],
    inner: [],
    y: [],
  });
});

test('evictions, discards and failed refreshes are told to whose they are', async () => {
  const clock = new ManualClock();
  const caches = family(createCache({ clock, l1: { maxItems: 1, policy: 'lru' } }));
  const { x } = caches;
  const evictions = listen('evict', caches);
  const discards = listen('discard', caches);
  const failures = listen('refreshError', caches);
  await x.set('first', 1);
  await x.set('second', 2);
  await x.getOrSet('k', async () => {
    await x.invalidate({ key: 'k' });
    return 1;
  });
  const early = { ttlMs: 1_000, earlyRefresh: { kind: 'threshold', ratio: 0 } } as const;
  await x.getOrSet('early', () => 1, early);
  await x.getOrSet('early', () => Promise.reject('boom'), early);
  await x.settled();
  expect(evictions.x?.[0]).toEqual({ key: 'first', reason: 'size' });
  expect(evictions.root?.[0]).toEqual({ key: 'first', reason: 'size', namespace: 'x' });
  expect(discards.x).toEqual([{ key: 'k', reason: 'key' }]);
  expect(discards.root).toEqual([{ key: 'k', reason: 'key', namespace: 'x' }]);
  expect(failures.x).toEqual([{ key: 'early', error: 'boom' }]);
  expect(failures.root).toEqual([{ key: 'early', error: 'boom', namespace: 'x' }]);
  for (const heard of [evictions, discards, failures]) expect([heard.inner, heard.y]).toEqual([[], []]);
});

test('invalidations are told likewise, here and elsewhere; that of everything goes down to all it covers', async () => {
  const { nodes, clock } = nodesOf(2);
  const [here, there] = nodes.map(family) as [ReturnType<typeof family>, ReturnType<typeof family>];
  await clock.advance(0);
  const heardHere = listen('invalidate', here);
  const heardThere = listen('invalidate', there);
  const targets = [{ key: 'k' }, { tags: ['t'] }, { prefix: 'p' }, { all: true }] as const;
  for (const target of targets) await here.x.invalidate(target);
  await clock.advance(0);
  for (const heard of [heardHere, heardThere]) {
    const of = (name: string) => (heard[name] ?? []).map(({ target, namespace }) => ({ target, namespace }));
    expect(of('x')).toEqual(targets.map((target) => ({ target, namespace: undefined })));
    expect(of('root')).toEqual(targets.map((target) => ({ target, namespace: 'x' })));
    expect(of('inner')).toEqual([{ target: { all: true }, namespace: undefined }]);
    expect(of('y')).toEqual([]);
  }
});

test('of the second level all are told', async () => {
  const clock = new ManualClock();
  const faults = { fail: 0, clock };
  const caches = family(createCache({ clock, l2: chaosTier(memoryTier({ clock }), faults) }));
  const heard: string[] = [];
  for (const [name, cache] of Object.entries(caches)) cache.on('l2', ({ state }) => heard.push(`${name} ${state}`));
  faults.fail = 1;
  await caches.x.get('k');
  expect(heard).toEqual(['root away', 'x away', 'inner away', 'y away']);
});

test('the hot keys of namespaces say whose they are', async () => {
  const { root, x, inner, y } = family(createCache());
  const asked = [
    [root, 4],
    [x, 3],
    [inner, 2],
    [y, 1],
  ] as const;
  for (const [cache, times] of asked) for (let n = 0; n < times; n++) await cache.get('k');
  const hot = (cache: Cache) => cache.hotKeys().map(({ key, misses, namespace }) => [key, misses, namespace]);
  expect(hot(root)).toEqual([
    ['k', 4, undefined],
    ['k', 3, 'x'],
    ['k', 2, 'x:inner'],
    ['k', 1, 'y'],
  ]);
  expect(hot(x)).toEqual([
    ['k', 3, undefined],
    ['k', 2, 'inner'],
  ]);
  expect(hot(y)).toEqual([['k', 1, undefined]]);
});

test('a source is compared with the entries of its namespace alone', async () => {
  const { root, x, inner } = family(createCache());
  for (const [cache, value] of [
    [root, 'of root'],
    [x, 'of x'],
    [inner, 'of inner'],
  ] as const)
    await cache.set('k', value);
  const asked: string[] = [];
  const sourceOf = (value: string) => async (key: string) => {
    asked.push(key);
    return value;
  };
  const agreed = { checked: 1, agreed: 1, onlyInMemory: 0, stale: [], differsFromSource: [] };
  expect(await root.verify({ source: sourceOf('of root'), repair: true })).toEqual(agreed);
  expect(await x.verify({ source: sourceOf('of x'), repair: true })).toEqual(agreed);
  expect(asked).toEqual(['k', 'k']);
  expect(await x.verify({ source: sourceOf('of another'), repair: true })).toMatchObject({ differsFromSource: ['k'] });
  expect([await root.get('k'), await x.get('k'), await inner.get('k')]).toEqual(['of root', undefined, 'of inner']);
});

test('without a source namespaces are compared with the second level as well', async () => {
  const { nodes } = nodesOf(2, { deaf: true });
  const [a, b] = nodes.map(family) as [ReturnType<typeof family>, ReturnType<typeof family>];
  for (const name of ['root', 'x', 'inner'] as const) {
    await a[name].set('k', 'old');
    await b[name].get('k');
    if (name !== 'x') await a[name].set('k', 'new');
  }
  expect(await b.root.verify()).toMatchObject({
    checked: 3,
    agreed: 1,
    stale: expect.arrayContaining(['k', 'x:inner/k']),
  });
  expect(await b.x.verify()).toMatchObject({ checked: 2, agreed: 1, stale: ['inner/k'] });
});
