import { createCache, memoryTier, type Target, type Tier, type TierSpace } from '@xc/cache';
import { chaosTier } from '@xc/cache/testing';
import { ManualClock, SeededRandom } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { gated, nodesOf } from './two-nodes.ts';

const fail = () => Promise.reject(new Error('database down'));

function cacheOf() {
  const clock = new ManualClock();
  return { clock, cache: createCache({ clock, defaults: { jitter: 0, earlyRefresh: 'off', ttlMs: 1_000 } }) };
}

describe('grace', () => {
  test('serves the old value for a failed load, and does not ask again at once', async () => {
    const { cache, clock } = cacheOf();
    const options = { graceMs: 10_000, graceThrottleMs: 300 };
    await cache.set('k', 'old', options);
    await clock.advance(1_000);
    let runs = 0;
    const counted = () => {
      runs++;
      return fail();
    };
    expect(await cache.getOrSet('k', counted, options)).toBe('old');
    await clock.advance(299);
    expect(await cache.getOrSet('k', counted, options)).toBe('old');
    expect(runs).toBe(1);
    await clock.advance(1);
    expect(await cache.getOrSet('k', counted, options)).toBe('old');
    expect(runs).toBe(2);
    expect(cache.stats()).toMatchObject({ staleHits: 3, loadErrors: 2 });
  });

  for (const deaf of [true, false]) {
    test(`hides nothing that another node has loaded meanwhile${deaf ? ', told of or not' : ''}`, async () => {
      const { nodes, clock } = nodesOf(2, { deaf });
      const [a, b] = nodes;
      const options = { ttlMs: 500, graceMs: 5_000 };
      await a.getOrSet('k', () => 'v1', options);
      expect(await b.get('k')).toBe('v1');
      await clock.advance(500);
      await a.getOrSet('k', () => 'v2', options);
      expect(await b.has('k')).toBe(true);
      expect(await b.entry('k')).toMatchObject({ value: 'v2', state: 'fresh' });
      expect(await b.get('k')).toBe('v2');
    });
  }

  test('is not lost by reads where the second level never had the value', async () => {
    const { nodes, clock } = nodesOf(1);
    const [cache] = nodes;
    await clock.advance(0);
    const options = { ttlMs: 500, graceMs: 5_000, tiers: 'l1' } as const;
    await cache.set('k', 'old', options);
    await clock.advance(500);
    expect([await cache.get('k'), await cache.has('k')]).toEqual([undefined, false]);
    expect(await cache.entry('k')).toMatchObject({ value: 'old', state: 'stale' });
    expect(await cache.getOrSet('k', fail, options)).toBe('old');
  });

  test.for([{ key: 'k' }, { tags: ['t'] }, { prefix: 'k' }, { all: true }] as Target[])(
    'is not shown any more where another node has invalidated it and nobody tells: %j',
    async (target) => {
      const { nodes, clock } = nodesOf(2, { deaf: true });
      const [a, b] = nodes;
      await a.set('k', 'old', { ttlMs: 500, graceMs: 5_000, tags: ['t'] });
      expect(await b.get('k')).toBe('old');
      await clock.advance(500);
      await a.invalidate(target);
      expect(await b.entry('k')).toBe(undefined);
      await expect(b.getOrSet('k', fail, { graceMs: 5_000 })).rejects.toThrow('database down');
    },
  );

  test.for([{}, { l1: false as const, l2: true }])('comes before a remembered rejection: %j', async ({ l2, ...l1 }) => {
    const clock = new ManualClock();
    const defaults = { jitter: 0, earlyRefresh: 'off', ttlMs: 1_000 } as const;
    await using cache = createCache({ clock, defaults, ...l1, ...(l2 && { l2: memoryTier({ clock }) }) });
    const options = { errorTtlMs: 5_000, graceMs: 3_000, graceThrottleMs: 100 };
    let runs = 0;
    const failing = () => {
      runs++;
      return fail();
    };
    const ask = (over = {}) => cache.getOrSet('k', failing, { ...options, ...over });
    await cache.getOrSet('k', () => 'old', options);
    await clock.advance(1_000);
    expect(await ask()).toBe('old');
    await clock.advance(60);
    expect(await ask()).toBe('old');
    expect(runs).toBe(1);
    // Nothing is at hand for whoever wants no grace.
    await expect(ask({ graceMs: 0 })).rejects.toThrow('database down');
    expect(runs).toBe(1);
    await clock.advance(100);
    expect(await ask()).toBe('old');
    expect(runs).toBe(2);
    await clock.advance(2_840);
    await expect(ask()).rejects.toThrow('database down');
    expect(runs).toBe(2);
    await clock.advance(3_000);
    await expect(ask()).rejects.toThrow('database down');
    expect(runs).toBe(3);
  });

  test('ends at its time, with the rejection as it is', async () => {
    const { cache, clock } = cacheOf();
    await cache.set('k', 'old', { graceMs: 500 });
    await clock.advance(1_500);
    await expect(cache.getOrSet('k', fail, { graceMs: 500 })).rejects.toThrow('database down');
  });

  test('is not shown by get, peek, has and getMany', async () => {
    const { cache, clock } = cacheOf();
    await cache.set('k', 'old', { graceMs: 500 });
    await clock.advance(1_100);
    expect([await cache.get('k'), cache.peek('k'), await cache.has('k')]).toEqual([undefined, undefined, false]);
    expect((await cache.getMany(['k'])).size).toBe(0);
    expect(await cache.entry('k')).toMatchObject({ state: 'stale', value: 'old' });
  });

  test('hides neither a loader that waits for itself nor an abort', async () => {
    const { cache, clock } = cacheOf();
    const options = { graceMs: 60_000 };
    await cache.set('k', 'old', options);
    await clock.advance(1_000);
    const itself = cache.getOrSet('k', () => cache.getOrSet('k', () => 1, options), options);
    await expect(itself).rejects.toMatchObject({ code: 'XC_CACHE_REENTRANT' });
    const controller = new AbortController();
    const slow = gated<string>();
    await clock.advance(2_000);
    const aborted = cache.getOrSet('k', slow.load, { ...options, signal: controller.signal });
    await clock.advance(0);
    controller.abort(new Error('left'));
    await expect(aborted).rejects.toThrow('left');
  });

  test('reaches values that the second level has', async () => {
    const { nodes, clock } = nodesOf(2, { l1: false });
    const [a, b] = nodes;
    await a.set('k', 'old', { ttlMs: 1_000, graceMs: 5_000 });
    await clock.advance(1_500);
    expect(await b.getOrSet('k', fail, { graceMs: 5_000 })).toBe('old');
  });
});

describe('what was expired', () => {
  const targets: readonly Target[] = [{ key: 'k' }, { tags: ['t'] }, { prefix: 'k' }, { all: true }];

  test.for(targets)('stands in for its grace, counted from then, and not at all without: %j', async (target) => {
    const clock = new ManualClock(1_700_000_000_000);
    const tier = memoryTier({ clock });
    for (const options of [{}, { l2: tier }]) {
      const cache = createCache({
        clock,
        ...options,
        defaults: { jitter: 0, earlyRefresh: 'off', graceThrottleMs: 1 },
      });
      await cache.set('k', 'old', { ttlMs: 10_000, graceMs: 1_000, tags: ['t'] });
      await cache.expire(target);
      expect((await cache.entry('k'))?.state).toBe('stale');
      await clock.advance(999);
      expect(await cache.getOrSet('k', fail)).toBe('old');
      // Since when a group is stale is not known to the second level.
      await clock.advance('key' in target || options.l2 === undefined ? 1 : 10_001);
      await expect(cache.getOrSet('k', fail)).rejects.toThrow('database down');
      await cache.set('k', 'old', { ttlMs: 10_000, tags: ['t'] });
      await cache.expire(target);
      await expect(cache.getOrSet('k', fail)).rejects.toThrow('database down');
      await expect(cache.getOrSet('k', fail, { graceMs: 5_000 })).rejects.toThrow('database down');
      await cache.invalidate({ all: true });
    }
  });

  test('without grace is still what a load may confirm', async () => {
    const { cache } = cacheOf();
    await cache.set('k', 'old');
    await cache.expire({ key: 'k' });
    expect((await cache.entry('k'))?.state).toBe('stale');
    expect(await cache.getOrSet('k', ({ stale, notModified }) => (stale === undefined ? 'new' : notModified()))).toBe(
      'old',
    );
    expect(cache.peek('k')).toBe('old');
  });
});

describe('the soft timeout', () => {
  test('serves the old value while the load goes on, and stores what that gives', async () => {
    const { cache, clock } = cacheOf();
    const options = { graceMs: 60_000, softTimeoutMs: 50 };
    await cache.set('k', 'old', options);
    await clock.advance(1_000);
    const slow = gated<string>();
    const call = cache.getOrSet('k', slow.load, options);
    await clock.advance(50);
    expect(await call).toBe('old');
    slow.give('new');
    await clock.advance(0);
    expect(await cache.get('k')).toBe('new');
  });

  test.for([
    { name: 'of another node', one: {} },
    { name: 'without a memory tier', one: { l1: false as const } },
    { name: 'with loads of one node at a time', one: { fill: 'cluster' as const } },
  ])('serves the old value of the second level, too: $name', async ({ one: { l1, fill } }) => {
    const { nodes, clock } = nodesOf(2, { ...(l1 === undefined ? {} : { l1 }) });
    const [a, b] = nodes;
    const options = { ttlMs: 1_000, graceMs: 60_000, softTimeoutMs: 50, ...(fill && { fill }) };
    await a.set('k', 'old', options);
    await clock.advance(1_000);
    const slow = gated<string>();
    const calls = [b.getOrSet('k', slow.load, options), b.getOrSet('k', slow.load, options)];
    let served = false;
    void calls[0]?.then(() => {
      served = true;
    });
    await clock.advance(49);
    expect([served, slow.runs()]).toEqual([false, 1]);
    await clock.advance(1);
    expect(await Promise.all(calls)).toEqual(['old', 'old']);
    slow.give('new');
    await clock.advance(0);
    expect(await b.get('k')).toBe('new');
    expect(await a.get('k')).toBe('new');
  });

  test('serves the old value for several keys of which some are slow', async () => {
    const { nodes, clock } = nodesOf(2);
    const [a, b] = nodes;
    const options = { ttlMs: 1_000, graceMs: 60_000, softTimeoutMs: 50 };
    await a.setMany([['k', 'old'] as const, ['l', 'old'] as const], options);
    await clock.advance(1_000);
    const slow = gated<string[]>();
    const call = b.getOrSetMany(['k', 'l'], slow.load, options);
    await clock.advance(50);
    expect([...(await call)]).toEqual([
      ['k', 'old'],
      ['l', 'old'],
    ]);
    slow.give(['new', 'newer']);
    await clock.advance(0);
    expect([...(await b.getMany(['k', 'l']))]).toEqual([
      ['k', 'new'],
      ['l', 'newer'],
    ]);
  });

  test('serves what a slow second level brings as soon as it is there', async () => {
    const clock = new ManualClock(1_700_000_000_000);
    const tier = memoryTier({ clock });
    const faults = { delay: 1, delayMs: 120, clock, random: { next: () => 0.3 } };
    const writer = createCache({ clock, l2: tier });
    const reader = createCache({ clock, l2: chaosTier(tier, faults) });
    const options = { ttlMs: 1_000, graceMs: 60_000, softTimeoutMs: 50 };
    await writer.set('k', 'old', options);
    await clock.advance(1_000);
    const slow = gated<string>();
    const [first, second] = [reader.getOrSet('k', slow.load, options), reader.getOrSet('k', slow.load, options)];
    await clock.advance(120);
    expect([await first, await second, slow.runs()]).toEqual(['old', 'old', 1]);
    slow.give('new');
    await clock.advance(200);
    expect(await writer.get('k')).toBe('new');
  });
});

describe('remembered errors', () => {
  test('a remembered error ends with a tag that its loader had named', async () => {
    const cache = createCache({ clock: new ManualClock() });
    let runs = 0;
    const load = ({ tags }: { tags(...tags: string[]): void }) => {
      runs++;
      tags('named');
      throw new Error(`boom ${runs}`);
    };
    const ask = () => cache.getOrSet('k', load, { errorTtlMs: 500 });
    for (let n = 0; n < 2; n++) await expect(ask()).rejects.toThrow('boom 1');
    await cache.invalidate({ tags: ['other'] });
    await expect(ask()).rejects.toThrow('boom 1');
    await cache.invalidate({ tags: ['named'] });
    await expect(ask()).rejects.toThrow('boom 2');
  });

  test('are given to later callers for their time, and end with a set or an invalidation', async () => {
    const { cache, clock } = cacheOf();
    const error = new Error('boom');
    let runs = 0;
    const load = () => {
      runs++;
      return Promise.reject(error);
    };
    const options = { errorTtlMs: 500, tags: ['t'] };
    for (let n = 0; n < 3; n++) await expect(cache.getOrSet('k', load, options)).rejects.toBe(error);
    expect(runs).toBe(1);
    await clock.advance(500);
    await expect(cache.getOrSet('k', load, options)).rejects.toBe(error);
    expect(runs).toBe(2);
    for (const target of [{ key: 'k' }, { tags: ['t'] }, { prefix: 'k' }, { all: true as const }]) {
      await cache.invalidate(target);
      await expect(cache.getOrSet('k', load, options)).rejects.toBe(error);
    }
    expect(runs).toBe(6);
    await cache.expire({ key: 'k' });
    await expect(cache.getOrSet('k', load, options)).rejects.toBe(error);
    expect(runs).toBe(7);
    await cache.set('k', 'set');
    expect(await cache.getOrSet('k', load, options)).toBe('set');
  });
});

describe('early refresh', () => {
  test('gives the present value at once and runs once', async () => {
    const { cache, clock } = cacheOf();
    const options = { earlyRefresh: { kind: 'threshold', ratio: 0.5 } } as const;
    await cache.getOrSet('k', () => 'old', options);
    await clock.advance(500);
    const slow = gated<string>();
    for (let n = 0; n < 5; n++) expect(await cache.getOrSet('k', slow.load, options)).toBe('old');
    await clock.advance(0);
    expect(slow.runs()).toBe(1);
    slow.give('new');
    await clock.advance(0);
    expect(await cache.get('k')).toBe('new');
  });

  test('that fails changes nothing until expiry, and is told of', async () => {
    const { cache, clock } = cacheOf();
    const errors: unknown[] = [];
    cache.on('refreshError', ({ error }) => errors.push((error as Error).message));
    const options = { earlyRefresh: { kind: 'threshold', ratio: 0.5 } } as const;
    await cache.getOrSet('k', () => 'old', options);
    await clock.advance(600);
    expect(await cache.getOrSet('k', fail, options)).toBe('old');
    await cache.settled();
    expect([await cache.get('k'), errors]).toEqual(['old', ['database down']]);
  });

  test('comes by chance that grows with the time of the load and towards the expiry', async () => {
    const clock = new ManualClock();
    const cache = createCache({ clock, random: new SeededRandom(3), defaults: { ttlMs: 10_000, jitter: 0 } });
    const load = async () => {
      await clock.sleep(200);
      return 1;
    };
    const first = cache.getOrSet('k', load);
    await clock.advance(200);
    await first;
    const before = async (ms: number): Promise<number> => {
      await clock.advance(ms);
      const { loads } = cache.stats();
      for (let n = 0; n < 50; n++) await cache.getOrSet('k', () => 1);
      await clock.advance(0);
      return cache.stats().loads - loads;
    };
    expect(await before(1_000)).toBe(0);
    expect(await before(8_900)).toBeGreaterThan(0);
  });

  test('knows the time of a load on another node', async () => {
    const { nodes, clock } = nodesOf(2, { defaults: { ttlMs: 10_000, jitter: 0 } });
    const [a, b] = nodes;
    const slow = a.getOrSet('k', async () => {
      await clock.sleep(5_000);
      return 'v1';
    });
    await clock.advance(5_000);
    await slow;
    await clock.advance(9_900);
    for (let n = 0; n < 20; n++) await b.getOrSet('k', () => 'v2');
    await b.settled();
    expect(await b.get('k')).toBe('v2');
  });

  test.for([
    ['a share of its life', { kind: 'threshold', ratio: 0.5 }, {}],
    ['a share of its life, without memory', { kind: 'threshold', ratio: 0.5 }, false],
    ['chance', { kind: 'xfetch', beta: 1_000 }, {}],
    ['chance, without memory', { kind: 'xfetch', beta: 1_000 }, false],
  ] as const)('comes of the first read of what the second level answers: by %s', async ([, earlyRefresh, l1]) => {
    const clock = new ManualClock();
    const tier = memoryTier({ clock });
    const defaults = { jitter: 0, ttlMs: 1_000, earlyRefresh };
    const a = createCache({ clock, l2: tier, defaults });
    const b = createCache({ clock, l2: tier, l1, defaults, random: new SeededRandom(1) });
    const slow = a.getOrSet('k', async () => {
      await clock.sleep(10);
      return 'old';
    });
    await clock.advance(10);
    await slow;
    expect(await b.getOrSet('k', () => 'new', { earlyRefresh: 'off' })).toBe('old');
    await clock.advance(910);
    const refresh = gated<string>();
    for (let n = 0; n < 4; n++) expect(await b.getOrSet('k', refresh.load)).toBe('old');
    await clock.advance(0);
    expect(refresh.runs()).toBe(1);
    refresh.give('new');
    await b.settled();
    expect([await b.get('k'), refresh.runs()]).toEqual(['new', 1]);
    expect(b.stats()).toMatchObject({ loads: 1, misses: 0 });
  });

  test.for([
    ['memory', {}, false],
    ['memory beside a second level', {}, true],
    ['the second level alone', { l1: false }, true],
  ] as const)('of many keys is one load behind the back of who reads them: %s', async ([, l1, shared]) => {
    const clock = new ManualClock();
    const earlyRefresh = { kind: 'threshold', ratio: 0.5 } as const;
    const defaults = { jitter: 0, ttlMs: 1_000, earlyRefresh };
    await using cache = createCache({ clock, defaults, ...l1, ...(shared && { l2: memoryTier({ clock }) }) });
    const asked: string[] = [];
    const load = async (keys: readonly string[]) => {
      asked.push(keys.join());
      return keys.map((key) => `${key} of load ${asked.length}`);
    };
    const read = async () => [...(await cache.getOrSetMany(['a', 'b', 'c'], load)).values()];
    await cache.getOrSetMany(['a', 'b'], load);
    await clock.advance(400);
    expect(await read()).toEqual(['a of load 1', 'b of load 1', 'c of load 2']);
    await clock.advance(200);
    expect(await read()).toEqual(['a of load 1', 'b of load 1', 'c of load 2']);
    expect(await read()).toEqual(['a of load 1', 'b of load 1', 'c of load 2']);
    await clock.advance(0);
    await cache.settled();
    expect(await read()).toEqual(['a of load 3', 'b of load 3', 'c of load 2']);
    expect(asked).toEqual(['a,b', 'c', 'a,b']);
    await expect(cache.getOrSetMany(['a'], load, { earlyRefresh: 'off' })).resolves.toEqual(
      new Map([['a', 'a of load 3']]),
    );
  });

  test('that another node was faster with takes what that one has stored', async () => {
    const clock = new ManualClock();
    const tier = memoryTier({ clock });
    const options = { ttlMs: 1_000, earlyRefresh: { kind: 'threshold', ratio: 0.5 } } as const;
    const a = createCache({ clock, l2: tier });
    const slow: Tier = { ...tier, open: (cache) => askedLate(tier.open(cache), clock) };
    const b = createCache({ clock, l1: false, l2: slow });
    await a.set('k', 'old', options);
    await clock.advance(600);
    const reading = b.getOrSet('k', () => 'loaded', options);
    await clock.advance(20);
    expect(await reading).toBe('old');
    await a.set('k', 'new', options);
    await clock.advance(100);
    const again = b.get('k');
    await clock.advance(20);
    expect([await again, b.stats().loads]).toEqual(['new', 0]);
  });

  test('is dropped and counted where too much goes on already', async () => {
    const clock = new ManualClock();
    const cache = createCache({ clock, maxBackgroundLoads: 2 });
    let runs = 0;
    const never = () => {
      runs++;
      return new Promise<number>(() => {});
    };
    for (const key of ['a', 'b', 'c', 'd']) cache.prefetch(key, never);
    await clock.advance(0);
    expect(runs).toBe(2);
  });
});

test('prefetch loads once, does nothing where there is something, and never throws', async () => {
  const { cache, clock } = cacheOf();
  const slow = gated<string>();
  cache.prefetch('k', slow.load);
  cache.prefetch('k', slow.load);
  const waiting = cache.getOrSet('k', slow.load);
  await clock.advance(0);
  slow.give('value');
  expect(await waiting).toBe('value');
  cache.prefetch('k', slow.load);
  cache.prefetch('bad', fail);
  await cache.settled();
  expect(slow.runs()).toBe(1);
});

function askedLate(space: TierSpace, clock: ManualClock): TierSpace {
  return { ...space, read: (reads, call) => clock.sleep(20).then(() => space.read(reads, call)) };
}
