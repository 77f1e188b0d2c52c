import { createCache, memoryTier, type Target } from '@xc/cache';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { nodesOf } from './two-nodes.ts';

describe('a prefix', () => {
  test('takes the keys that begin with it, and no others', async () => {
    const { nodes, clock } = nodesOf(2);
    const [a, b] = nodes;
    for (const key of ['user:1', 'user:10', 'user:2']) await a.set(key, key);
    await b.invalidate({ prefix: 'user:1' });
    await clock.advance(0);
    for (const node of nodes) {
      expect([...(await node.getMany(['user:1', 'user:10', 'user:2'])).keys()]).toEqual(['user:2']);
    }
  });

  test('is not a tag of the same text, in neither direction', async () => {
    const cache = createCache();
    await cache.set('abc', 1, { tags: ['x'] });
    await cache.invalidate({ tags: ['a'] });
    await cache.invalidate({ prefix: 'x' });
    expect(await cache.get('abc')).toBe(1);
  });
});

describe('a namespace', () => {
  test('is invalidated with all that is in it, and nothing beside it', async () => {
    const { nodes, clock } = nodesOf(2);
    const [a, b] = nodes;
    const within = (cache: typeof a) => ({
      a: cache.namespace('a'),
      ab: cache.namespace('ab'),
      deep: cache.namespace('a').namespace('b'),
    });
    for (const space of Object.values(within(a))) await space.set('k', 1);
    await a.set('k', 1);
    await clock.advance(0);
    for (const space of Object.values(within(b))) expect(await space.get('k')).toBe(1);
    await b.namespace('a').invalidate({ all: true });
    await clock.advance(0);
    for (const node of nodes) {
      const { a: own, ab, deep } = within(node);
      expect([await own.get('k'), await deep.get('k')]).toEqual([undefined, undefined]);
      expect([await ab.get('k'), await node.get('k')]).toEqual([1, 1]);
    }
  });

  test('has tags and prefixes of its own', async () => {
    const cache = createCache();
    const space = cache.namespace('a');
    await cache.set('k', 1, { tags: ['t'] });
    await space.set('k', 2, { tags: ['t'] });
    await space.invalidate({ tags: ['t'] });
    expect([await cache.get('k'), await space.get('k')]).toEqual([1, undefined]);
    await space.set('k', 2);
    await cache.invalidate({ prefix: 'k' });
    expect([await cache.get('k'), await space.get('k')]).toEqual([undefined, 2]);
    await cache.invalidate({ all: true });
    expect(await space.get('k')).toBe(undefined);
  });

  test('has defaults and figures of its own', async () => {
    const clock = new ManualClock();
    const cache = createCache({ clock, defaults: { jitter: 0 } });
    const space = cache.namespace('a', { ttlMs: 100 });
    await space.set('k', 1);
    await space.get('k');
    expect((await space.entry('k'))?.ttlLeftMs).toBe(100);
    expect(space.stats()).toMatchObject({ hits: 1, items: 1 });
    expect(cache.namespace('b').stats()).toMatchObject({ hits: 0, items: 0 });
    expect(space.namespace('b').name).toBe('a:b');
  });

  test('refuses names with anything but letters, digits, dots, lines', () => {
    const cache = createCache();
    for (const name of ['', 'a:b', 'a/b', 'x'.repeat(65), 1 as never]) {
      expect(() => cache.namespace(name)).toThrow(TypeError);
      expect(() => createCache({ name })).toThrow(TypeError);
    }
  });
});

describe('collapse', () => {
  test('makes too much go, never too little, when there are too many tags', async () => {
    const { nodes } = nodesOf(2, { maxLiveGroups: 100, deaf: true });
    const [a, b] = nodes;
    await a.set('old', 1, { tags: ['first'] });
    await a.set('untouched', 1, { tags: ['other'] });
    await a.invalidate({ tags: ['first'] });
    for (let n = 0; n < 1_000; n++) await a.invalidate({ tags: [`t${n}`] });
    expect(await a.get('old')).toBe(undefined);
    expect(await b.get('old')).toBe(undefined);
    await a.set('new', 2, { tags: ['first'] });
    expect([await a.get('new'), await b.get('new')]).toEqual([2, 2]);
  });

  test('keeps the default of 10,000 tags exactly', async () => {
    const cache = createCache();
    await cache.set('kept', 1, { tags: ['mine'] });
    await cache.set('gone', 1, { tags: ['t0'] });
    for (let n = 0; n < 10_000; n++) await cache.invalidate({ tags: [`t${n}`] });
    expect([await cache.peek('kept'), await cache.get('gone')]).toEqual([1, undefined]);
    // Older than a tag that there is no more room for: whether it was that one nobody knows any longer.
    await cache.set('old', 1, { tags: ['mine'] });
    for (let n = 0; n < 10_001; n++) await cache.invalidate({ tags: [`u${n}`] });
    expect(await cache.get('old')).toBe(undefined);
  });
});

describe('expire', () => {
  test('makes stale what grace may still serve, on every node', async () => {
    const { nodes, clock } = nodesOf(2);
    const targets: Target[] = [{ key: 'k' }, { tags: ['t'] }, { prefix: 'k' }, { all: true }];
    for (const target of targets) {
      const [a, b] = nodes;
      await a.set('k', 'old', { tags: ['t'], ttlMs: 1_000, graceMs: 1_000 });
      await clock.advance(0);
      expect(await b.get('k')).toBe('old');
      await a.expire(target);
      await clock.advance(0);
      for (const node of nodes) {
        expect([await node.get('k'), node.peek('k'), await node.has('k')]).toEqual([undefined, undefined, false]);
        expect(await node.entry('k')).toMatchObject({ state: 'stale', value: 'old', ttlLeftMs: 0 });
        const fail = () => Promise.reject(new Error('down'));
        expect(await node.getOrSet('k', fail, { graceMs: 1_000 })).toBe('old');
      }
    }
  });

  test('prolongs no life', async () => {
    const { nodes, clock } = nodesOf(1, { l1: false });
    const [cache] = nodes;
    await cache.set('k', 1, { ttlMs: 1_000, graceMs: 500 });
    await clock.advance(900);
    await cache.expire({ key: 'k' });
    await clock.advance(600);
    expect(await cache.entry('k')).toBe(undefined);
  });
});

test('an invalidated value is not even served stale on a dead database', async () => {
  const { nodes, clock } = nodesOf(2);
  const [a, b] = nodes;
  const fail = () => Promise.reject(new Error('database down'));
  for (const target of [{ key: 'k' }, { tags: ['t'] }, { prefix: 'k' }, { all: true }] as Target[]) {
    await a.set('k', 'old', { tags: ['t'], ttlMs: 1_000, graceMs: 60_000 });
    await clock.advance(0);
    expect(await b.get('k')).toBe('old');
    await clock.advance(1_500);
    await a.invalidate(target);
    await clock.advance(0);
    for (const node of nodes) {
      await expect(node.getOrSet('k', fail, { graceMs: 60_000, tags: ['t'] })).rejects.toThrow('database down');
    }
  }
});

describe('touch', () => {
  test('moves the expiry of what is fresh, everywhere', async () => {
    const { nodes, clock } = nodesOf(2);
    const [a, b] = nodes;
    await a.set('k', 1, { ttlMs: 1_000 });
    await clock.advance(0);
    expect(await b.get('k')).toBe(1);
    await clock.advance(900);
    expect(await b.touch('k', 1_000)).toBe(true);
    await clock.advance(900);
    expect([await a.get('k'), await b.get('k')]).toEqual([1, 1]);
    expect(await a.touch('k', 50)).toBe(true);
    await clock.advance(50);
    expect([await a.get('k'), await b.get('k')]).toEqual([undefined, undefined]);
  });

  test('revives nothing that expired or was invalidated', async () => {
    for (const deaf of [false, true]) {
      const { nodes, clock } = nodesOf(2, { deaf });
      const [a, b] = nodes;
      await a.set('expired', 1, { ttlMs: 100, graceMs: 60_000 });
      await a.set('tagged', 1, { tags: ['t'] });
      await clock.advance(100);
      await b.invalidate({ tags: ['t'] });
      await clock.advance(1_000);
      for (const key of ['expired', 'tagged', 'never']) expect(await a.touch(key, 5_000)).toBe(false);
      expect((await b.getMany(['expired', 'tagged'])).size).toBe(0);
    }
  });

  test.for([
    [{ key: 'k' }, {}],
    [{ tags: ['t'] }, {}],
    [{ prefix: 'k' }, {}],
    [{ all: true }, {}],
    [{ tags: ['t'] }, false],
    [{ all: true }, false],
  ] as [Target, { maxItems?: number } | false][])(
    'says no to what another node has ended and nobody tells of: %j, l1 %j',
    async ([target, l1]) => {
      const { nodes, clock, tier } = nodesOf(2, { deaf: true, l1 });
      const [a, b] = nodes;
      const load = () => 'old';
      const options = { tags: ['t'], ttlMs: 10_000, graceMs: 5_000 };
      await a.getOrSet('k', load, options);
      expect(await b.getOrSet('k', load, options)).toBe('old');
      await a.expire(target);
      expect(await b.touch('k', 90_000)).toBe(false);
      // Nothing of it lives longer than it did.
      await clock.advance(15_000);
      const late = createCache({ clock, l2: tier });
      expect(await late.entry('k')).toBe(undefined);
      await a.getOrSet('k', load, options);
      expect(await b.getOrSet('k', load, options)).toBe('old');
      await a.invalidate(target);
      expect(await b.touch('k', 90_000)).toBe(false);
      expect(await b.get('k')).toBe(undefined);
    },
  );

  test.for([false, true])('without a time gives what it was given at first (second level: %s)', async (shared) => {
    const clock = new ManualClock();
    const cache = createCache({ clock, ...(shared && { l2: memoryTier({ clock }) }) });
    await cache.set('k', 1, { ttlMs: 1_000, jitter: 0, graceMs: 50 });
    const left = async () => (await cache.entry('k'))?.ttlLeftMs;
    await clock.advance(500);
    for (const ttlMs of [undefined, 300, undefined, 3_000, undefined]) {
      expect(await cache.touch('k', ttlMs)).toBe(true);
      expect(await left()).toBe(ttlMs ?? 1_000);
      await clock.advance(100);
    }
    await clock.advance(949);
    expect((await cache.entry('k'))?.state).toBe('stale');
    await clock.advance(1);
    expect(await cache.entry('k')).toBe(undefined);
  });
});

test.for([
  { key: undefined, tags: ['t'] },
  { key: undefined, keys: ['k'] },
  { keys: undefined, key: 'k' },
  { tags: undefined, prefix: 'k' },
  { prefix: undefined, all: true },
  { all: undefined, key: 'k' },
] as unknown as Target[])('a field of a target that is undefined says nothing: %j', async (target) => {
  const cache = createCache();
  const told: unknown[] = [];
  cache.on('invalidate', (fact) => told.push(Object.keys(fact.target)));
  await cache.set('k', 1, { tags: ['t'] });
  await cache.expire(target);
  expect((await cache.entry('k'))?.state).toBe('stale');
  await cache.invalidate(target);
  expect(await cache.entry('k')).toBe(undefined);
  const said = Object.entries(target).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  expect(told).toEqual([said, said]);
});

test('versions grow with every invalidation, of keys and of groups', async () => {
  for (const { nodes } of [nodesOf(1), { nodes: [createCache()] as const }]) {
    const versions: bigint[] = [];
    const targets: Target[] = [{ all: true }, { tags: ['a'] }, { key: 'k' }, { prefix: 'x' }, { keys: ['k', 'l'] }];
    for (const target of [...targets, ...targets]) versions.push((await nodes[0].invalidate(target)).version);
    expect(versions).toEqual([...versions].sort((x, y) => (x < y ? -1 : 1)));
    expect(new Set(versions).size).toBe(versions.length);
    const nothing = await nodes[0].invalidate({ keys: [] });
    expect(nothing).toMatchObject({ delivered: true });
    expect((await nodes[0].invalidate({ tags: [] })).version).toBeGreaterThan(nothing.version - 1n);
  }
});

test.for([true, false])(
  'one invalidation costs no value of another tag, however many tags there are (deaf: %s)',
  async (deaf) => {
    const { nodes, clock } = nodesOf(2, { deaf, maxLiveGroups: 10 });
    const [a, b] = nodes;
    await clock.advance(0);
    const keys = Array.from({ length: 50 }, (_, n) => `k${n}`);
    await a.setMany(
      keys.map((key) => [key, key]),
      { tags: (_, key) => [`of:${key}`] },
    );
    await a.invalidate({ tags: ['of:k7'] });
    // Past what is believed of a copy without coherence.
    await clock.advance(1_000);
    for (const node of [b, a, b]) {
      expect((await node.getMany(keys)).size).toBe(49);
      expect((await Promise.all(keys.map((key) => node.has(key)))).filter(Boolean)).toHaveLength(49);
    }
  },
);
