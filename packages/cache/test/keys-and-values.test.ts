import { type Cache, createCache, type LoadContext, memoryTier } from '@xc/cache';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { nodesOf } from './two-nodes.ts';

const keys = [
  '{a}b',
  '}',
  '{}',
  'a{',
  '*',
  '[x]',
  'k\n',
  '\u00e9',
  'e\u0301',
  '__proto__',
  'constructor',
  'toString',
  '\u0001x',
  '/x',
  'x',
];

test('keeps strange keys apart, in memory and in the second level', async () => {
  const { nodes, clock } = nodesOf(2);
  const [a, b] = nodes;
  for (const [index, key] of keys.entries()) await a.set(key, index);
  await clock.advance(0);
  for (const [index, key] of keys.entries()) {
    expect(await a.get(key)).toBe(index);
    expect(await b.get(key)).toBe(index);
  }
  await a.invalidate({ key: '*' });
  await clock.advance(0);
  expect([await a.get('*'), await b.get('*')]).toEqual([undefined, undefined]);
  expect(await b.get('{}')).toBe(2);
});

test('keeps keys of the root and of namespaces apart', async () => {
  const { nodes, clock } = nodesOf(2);
  const [a, b] = nodes;
  await a.set('a:k', 1);
  await a.set('a/k', 2);
  await a.namespace('a').set('k', 3);
  await clock.advance(0);
  for (const node of [a, b]) {
    expect(await node.get('a:k')).toBe(1);
    expect(await node.get('a/k')).toBe(2);
    expect(await node.namespace('a').get('k')).toBe(3);
  }
});

test.for([
  ['', '""'],
  ['x'.repeat(1_025), `"${'x'.repeat(64)}…"`],
  ['é'.repeat(513), `"${'é'.repeat(64)}…"`],
  [42, '42'],
  [undefined, 'undefined'],
  ['\ud800', '"\\ud800"'],
])('refuses the key %s', async ([key, shown]) => {
  const cache = createCache();
  const message = `key must be a string of 1 to 1024 bytes, got ${shown}`;
  await expect(cache.get(key as string)).rejects.toThrow(new TypeError(message));
  await expect(cache.getOrSet(key as string, () => 1)).rejects.toThrow(TypeError);
  await expect(cache.set(key as string, 1)).rejects.toThrow(TypeError);
  await expect(cache.invalidate({ key: key as string })).rejects.toThrow(TypeError);
  expect(() => cache.prefetch(key as string, () => 1)).toThrow(TypeError);
});

describe('values', () => {
  test.for([null, false, 0, '', Number.NaN])('may be %s', async (value) => {
    const cache = createCache();
    await cache.set('k', value);
    expect(await cache.get('k')).toBe(value);
    expect(await cache.has('k')).toBe(true);
  });

  test.for([null, undefined])('%s from a loader is nothing, and is remembered as that', async (nothing) => {
    const { nodes, clock } = nodesOf(2);
    let runs = 0;
    const load = () => {
      runs++;
      return nothing;
    };
    for (const node of nodes) expect(await node.getOrSet('k', load, { negativeTtlMs: 500 })).toBe(nothing);
    expect(runs).toBe(1);
    for (const node of nodes) {
      expect(await node.get('k')).toBe(undefined);
      expect(await node.has('k')).toBe(true);
      expect(await node.entry('k')).toMatchObject({ negative: true, state: 'fresh' });
    }
    await clock.advance(500);
    expect(await nodes[0].has('k')).toBe(false);
    await nodes[0].getOrSet('k', load);
    expect(runs).toBe(2);
  });

  test('that are set are what they are: null a value for its whole time, undefined nothing for the time of that', async () => {
    const { nodes, clock } = nodesOf(2);
    const options = { ttlMs: 5_000, negativeTtlMs: 500 };
    await nodes[0].set('null', null, options);
    await nodes[0].set('undefined', undefined, options);
    for (const node of nodes) {
      expect(await node.entry('null')).toMatchObject({ negative: false, value: null, ttlLeftMs: 5_000 });
      expect(await node.entry('undefined')).toMatchObject({ negative: true, ttlLeftMs: 500 });
    }
    await clock.advance(500);
    for (const node of nodes) expect([await node.has('null'), await node.has('undefined')]).toEqual([true, false]);
    await nodes[0].set('null', undefined, { negativeTtlMs: 0 });
    for (const node of nodes) expect(await node.has('null')).toBe(false);
  });

  test('say by themselves that they are nothing where the options say how', async () => {
    const cache = createCache();
    await cache.getOrSet('k', () => [] as number[], { isNegative: (list) => list.length === 0, negativeTtlMs: 100 });
    expect(await cache.entry('k')).toMatchObject({ negative: true, value: [] });
  });

  test('are frozen deeply, so that no reader changes what the next one gets', async () => {
    const cache = createCache();
    const mine = { list: [{ n: 1 }], when: new Date(0) };
    await cache.set('k', mine);
    const got = await cache.get<typeof mine>('k');
    expect(() => got?.list.push({ n: 2 })).toThrow(TypeError);
    expect(() => {
      (mine.list[0] as { n: number }).n = 3;
    }).toThrow(TypeError);
    expect(await cache.get('k')).toEqual({ list: [{ n: 1 }], when: new Date(0) });
    const loaded = await cache.getOrSet('l', () => ({ deep: { n: 1 } }));
    expect(Object.isFrozen(loaded.deep)).toBe(true);
  });

  test.for([
    ['freeze', false],
    ['clone', false],
    ['share', true],
    ['clone', true],
  ] as const)(
    'come with tags and meta that no reader changes either: %s, beside a second level %s',
    async ([values, shared]) => {
      const tier = shared ? { l2: memoryTier() } : {};
      await using cache = createCache({ values, ...tier });
      await using other = createCache({ values, ...tier });
      await cache.set('set', 'OLD', { tags: ['users'] });
      const load = ({ tags, meta }: LoadContext<string>) => {
        tags('users');
        meta({ etag: '1' });
        return 'OLD';
      };
      await cache.getOrSet('loaded', load);
      await cache.set('bare', 1);
      const nodes = shared ? [cache, other] : [cache];
      for (const node of nodes) {
        for (const key of ['set', 'loaded', 'bare']) {
          const entry = (await node.entry(key)) as { tags: string[]; meta: Record<string, string> } | undefined;
          if (entry === undefined) throw new Error(`${key} is not there`);
          const change = (by: () => void) => {
            try {
              by();
            } catch (error) {
              expect(error).toBeInstanceOf(TypeError);
            }
          };
          change(() => entry.tags.push('more'));
          change(() => {
            entry.tags.length = 0;
          });
          change(() => {
            entry.meta.etag = '2';
          });
        }
        expect(await node.entry('set')).toMatchObject({ tags: ['users'], meta: {} });
        expect(await node.entry('loaded')).toMatchObject({ tags: ['users'], meta: { etag: '1' } });
        expect(await node.entry('bare')).toMatchObject({ tags: [], meta: {} });
      }
      await cache.invalidate({ tags: ['users'] });
      expect([await cache.get('set'), await cache.get('loaded'), await cache.get('bare')]).toEqual([
        undefined,
        undefined,
        1,
      ]);
    },
  );

  test('are copies for each reader where that is asked for', async () => {
    const cache = createCache({ values: 'clone' });
    const mine = { list: [1] };
    await cache.set('k', mine);
    mine.list.push(2);
    const first = await cache.get<typeof mine>('k');
    first?.list.push(3);
    expect(await cache.get('k')).toEqual({ list: [1] });
    expect(cache.peek('k')).not.toBe(cache.peek('k'));
  });

  test('are shared where that is asked for', async () => {
    const cache = createCache({ values: 'share' });
    const mine = { n: 1 };
    await cache.set('k', mine);
    expect(await cache.get('k')).toBe(mine);
    expect(Object.isFrozen(mine)).toBe(false);
  });

  test('may go round in themselves and be 64 levels deep', async () => {
    const cache = createCache();
    const loop: { self?: unknown } = {};
    loop.self = loop;
    let deep: unknown = 'bottom';
    for (let level = 0; level < 64; level++) deep = { deep };
    await cache.set('loop', loop);
    await cache.set('deep', deep);
    expect(await cache.get('loop')).toBe(loop);
    expect(await cache.get('deep')).toBe(deep);
  });

  test('that JSON cannot carry stay in memory, are counted, and are warned of once', async () => {
    const { MemoryLogger, RecordingMeter } = await import('@xc/core/testing');
    const logger = new MemoryLogger();
    const meter = new RecordingMeter();
    const { nodes } = nodesOf(2, { logger, meter, deaf: true });
    const [a, b] = nodes;
    await b.set('k', 'older');
    await a.set('k', 10n);
    expect(await a.getOrSet('l', () => new Map([[1, 2n]]).get(1))).toBe(2n);
    expect(await a.get('k')).toBe(10n);
    expect(await a.get('l')).toBe(2n);
    const third = createCache({ l2: memoryTier() });
    expect(await third.get('k')).toBe(undefined);
    expect(logger.lines.filter(({ level }) => level === 'warn').length).toBe(1);
  });

  test('that are too long for the second level are served and stay in memory', async () => {
    const { nodes, clock } = nodesOf(2, { maxValueBytes: 100 });
    const [a, b] = nodes;
    await a.set('k', 'short');
    await a.set('k', 'x'.repeat(200));
    await clock.advance(0);
    expect(await a.get('k')).toBe('x'.repeat(200));
    expect(await b.get('k')).toBe(undefined);
  });
});

describe('time', () => {
  test('is fresh until the instant of expiry, not at it', async () => {
    const clock = new ManualClock();
    const cache = createCache({ clock });
    await cache.set('k', 1, { ttlMs: 1_000, jitter: 0 });
    await clock.advance(999.9);
    expect([await cache.get('k'), cache.peek('k'), await cache.has('k')]).toEqual([1, 1, true]);
    await clock.advance(0.1);
    expect([await cache.get('k'), cache.peek('k'), await cache.has('k')]).toEqual([undefined, undefined, false]);
    expect((await cache.getMany(['k'])).size).toBe(0);
  });

  test('may be longer than a timer runs, or without end', async () => {
    const clock = new ManualClock();
    const cache = createCache({ clock });
    await cache.set('long', 1, { ttlMs: 3_000_000_000, jitter: 0 });
    await cache.set('ever', 2, { ttlMs: Number.POSITIVE_INFINITY });
    await clock.advance(2_999_999_999);
    expect([await cache.get('long'), await cache.get('ever')]).toEqual([1, 2]);
    await clock.advance(1);
    expect([await cache.get('long'), await cache.get('ever')]).toEqual([undefined, 2]);
  });

  test('gives memory back without a read', async () => {
    const clock = new ManualClock();
    const cache = createCache({ clock });
    for (let n = 0; n < 100; n++) await cache.set(`k${n}`, n, { ttlMs: 50 });
    await clock.advance(60);
    await clock.advance(1_000);
    expect(cache.stats()).toMatchObject({ items: 0, expirations: 100 });
  });

  const reads: Record<string, (cache: Cache) => Promise<unknown>> = {
    get: (cache) => cache.get('k'),
    getMany: async (cache) => (await cache.getMany(['k'])).get('k'),
    getOrSet: (cache) => cache.getOrSet('k', () => 2),
    getOrSetMany: async (cache) => (await cache.getOrSetMany(['k'], async () => [2])).get('k'),
  };
  for (const [name, read] of Object.entries(reads)) {
    test(`slides with reads, and not past the greatest age: ${name}`, async () => {
      const clock = new ManualClock();
      const cache = createCache({ clock });
      await cache.set('k', 1, { ttlMs: 1_000, jitter: 0, sliding: true, maxAgeMs: 2_500 });
      for (const passed of [800, 800, 800]) {
        await clock.advance(passed);
        expect(await read(cache)).toBe(1);
      }
      await clock.advance(100);
      expect(await cache.get('k')).toBe(undefined);
    });
  }

  for (const l1 of [{}, false] as const) {
    test(`is moved by reads of the second level ${l1 === false ? 'alone' : 'too'}, up to its greatest age`, async () => {
      const { nodes, clock, tier } = nodesOf(2, { l1 });
      const [a, b] = nodes;
      const options = { ttlMs: 1_000, jitter: 0, sliding: true, maxAgeMs: 3_000 };
      await a.set('k', 1, options);
      await a.set('untouched', 1, options);
      for (const read of [() => b.get('k'), () => b.getOrSet('k', () => 2), () => b.get('k')]) {
        await clock.advance(700);
        expect(await read()).toBe(1);
        await b.settled();
        // A node that has just come sees what the second level has.
        const late = createCache({ clock, l2: tier });
        expect((await late.entry('k'))?.ttlLeftMs).toBeGreaterThan(890);
      }
      expect(await b.has('untouched')).toBe(false);
      await clock.advance(950);
      expect(await b.get('k')).toBe(undefined);
    });
  }

  test('slides in the second level as well, at most every tenth of the time', async () => {
    const { nodes, clock, tier } = nodesOf(2);
    const [a, b] = nodes;
    let touches = 0;
    const space = tier.open({ name: 'cache' } as never);
    const touch = space.touch.bind(space);
    (space as { touch: typeof touch }).touch = (...args) => {
      touches++;
      return touch(...args);
    };
    await a.set('k', 1, { ttlMs: 1_000, sliding: true });
    for (let n = 0; n < 30; n++) {
      await clock.advance(50);
      expect(await a.get('k')).toBe(1);
    }
    expect(touches).toBeLessThanOrEqual(15);
    expect(touches).toBeGreaterThan(10);
    expect(await b.get('k')).toBe(1);
  });
});

test('works with clocks and chance of its own where those of the platform are out of order', async () => {
  const now = Date.now;
  const random = Math.random;
  const broken = () => {
    throw new Error('not this one');
  };
  const { nodes } = nodesOf(2, { random: { next: () => 0.5 } });
  Date.now = broken;
  Math.random = broken;
  try {
    await nodes[0].getOrSet('k', () => 1, { tags: ['t'] });
    expect(await nodes[1].get('k')).toBe(1);
    await nodes[1].invalidate({ tags: ['t'] });
    expect(await nodes[1].get('k')).toBe(undefined);
  } finally {
    Date.now = now;
    Math.random = random;
  }
});
