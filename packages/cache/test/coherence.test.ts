import { busCoherence, createCache, memoryTier } from '@xc/cache';
import { chaosCoherence, chaosTier } from '@xc/cache/testing';
import { type Bus, type BusHandlers, localBus } from '@xc/core';
import { ManualClock, SeededRandom } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { nodesOf } from './two-nodes.ts';

/** A bus that a test can cut, and mend with or without a word. */
function cuttable(): { bus: Bus; cut(): void; mend(tell: boolean): void; loseNext(): void; garble(): void } {
  const inner = localBus();
  const all = new Set<BusHandlers>();
  let state: 'whole' | 'cut' | 'losing' = 'whole';
  const bus: Bus = {
    publish: async (channel, message) => {
      if (state === 'whole') return inner.publish(channel, message);
      if (state === 'losing') state = 'whole';
    },
    subscribe: (channel, handlers) => {
      all.add(handlers);
      return inner.subscribe(channel, handlers);
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
  return {
    bus,
    cut: () => {
      state = 'cut';
    },
    mend: (tell) => {
      state = 'whole';
      if (tell) for (const handlers of all) handlers.gap();
    },
    loseNext: () => {
      state = 'losing';
    },
    garble: () => {
      for (const handlers of all) handlers.message(new TextEncoder().encode('{"not":"ours'));
    },
  };
}

describe('after a lost message', () => {
  test.for([
    { name: 'key', change: { key: 'k' } },
    { name: 'tag', change: { tags: ['t'] } },
    { name: 'prefix', change: { prefix: 'k' } },
    { name: 'all', change: { all: true as const } },
  ])('a node serves what is new three heartbeats later: $name', async ({ change }) => {
    const { bus, loseNext } = cuttable();
    const { nodes, clock } = nodesOf(3, { bus });
    const [a, b] = nodes;
    await clock.advance(2_000);
    await a.set('k', 'OLD', { tags: ['t'] });
    await clock.advance(0);
    expect(await b.get('k')).toBe('OLD');
    loseNext();
    await a.invalidate(change);
    await clock.advance(0);
    expect(b.peek('k')).toBe('OLD');
    await clock.advance(3_000);
    expect(b.peek('k')).toBe(undefined);
    expect(await b.get('k')).toBe(undefined);
    expect(await b.getOrSet('k', () => 'NEW')).toBe('NEW');
  });

  test('what did not change is kept without a load, asked for in one batch', async () => {
    const { bus, cut, mend } = cuttable();
    const clock = new ManualClock(1_700_000_000_000);
    const tier = memoryTier({ clock });
    const { nodes } = nodesOf(2, { bus, tier, clock });
    const [a, b] = nodes;
    await clock.advance(1_000);
    const keys = Array.from({ length: 50 }, (_, n) => `k${n}`);
    await a.setMany(keys.map((key) => [key, key] as const));
    await clock.advance(0);
    await b.getMany(keys);
    cut();
    await clock.advance(2_000);
    mend(true);
    await a.set('k7', 'changed');
    await clock.advance(0);
    expect(b.stats().suspects).toBeGreaterThan(40);
    const space = tier.open({ name: 'cache' } as never);
    let reads = 0;
    const read = space.read.bind(space);
    (space as { read: typeof read }).read = async (asked, call) => {
      reads++;
      return read(asked, call);
    };
    const values = await b.getMany(keys);
    expect([values.size, values.get('k7'), values.get('k8')]).toEqual([50, 'changed', 'k8']);
    expect([reads, b.stats().suspects, b.stats().loads]).toEqual([1, 0, 0]);
  });

  test('an undecodable message, and silence, are loss as well', async () => {
    const { bus, cut, mend, garble } = cuttable();
    const { nodes, clock } = nodesOf(2, { bus });
    const [, b] = nodes;
    const causes: string[] = [];
    b.on('gap', ({ cause }) => causes.push(cause));
    await clock.advance(1_000);
    garble();
    expect(causes).toEqual(['undecodable']);
    cut();
    await clock.advance(4_000);
    expect(causes).toContain('silence');
    expect(b.stats().coherence).toBe('gap');
    mend(false);
    await clock.advance(2_000);
    expect(b.stats().coherence).toBe('up');
  });
});

test('a copy that goes while the second level confirms it is no miss', async () => {
  const { bus, mend } = cuttable();
  const clock = new ManualClock(1_700_000_000_000);
  const tier = memoryTier({ clock });
  const { nodes } = nodesOf(2, { bus, tier, clock });
  const [a, b] = nodes;
  await clock.advance(1_000);
  await a.set('k', 'OLD');
  await clock.advance(0);
  expect(await b.get('k')).toBe('OLD');
  // Every copy is to be checked.
  mend(true);
  const space = tier.open({ name: 'cache' } as never);
  const read = space.read.bind(space);
  let answer: () => void = () => {};
  (space as { read: typeof read }).read = async (asked, call) => {
    const found = await read(asked, call);
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    (space as { read: typeof read }).read = read;
    return found;
  };
  const waiting = b.get('k');
  await clock.advance(0);
  await a.set('k', 'NEW');
  await clock.advance(0);
  answer();
  expect(await waiting).toBe('NEW');
});

test.for([
  { name: 'key', change: { key: 'k' } },
  { name: 'tag', change: { tags: ['t'] } },
  { name: 'prefix', change: { prefix: 'k' } },
  { name: 'all', change: { all: true as const } },
])('while no messages come, a copy is believed for a second: $name', async ({ change }) => {
  const { bus, cut, mend } = cuttable();
  const { nodes, clock } = nodesOf(2, { bus });
  const [a, b] = nodes;
  await clock.advance(1_000);
  cut();
  await clock.advance(4_000);
  expect([a.stats().coherence, b.stats().coherence]).toEqual(['gap', 'gap']);
  await a.set('k', 'OLD', { tags: ['t'] });
  expect(await b.get('k')).toBe('OLD');
  await a.invalidate(change);
  await clock.advance(999);
  expect(b.peek('k')).toBe('OLD');
  await clock.advance(1);
  expect(await b.get('k')).toBe(undefined);
  mend(false);
  await clock.advance(3_000);
  expect([a.stats().coherence, b.stats().coherence]).toEqual(['up', 'up']);
  await a.set('k', 'NEW', { tags: ['t'] });
  expect(await b.get('k')).toBe('NEW');
  await clock.advance(30_000);
  expect(b.peek('k')).toBe('NEW');
});

describe('suspects, when the second level is away too', () => {
  async function suspectOf(graceMs: number) {
    const { bus, cut, mend } = cuttable();
    const clock = new ManualClock(1_700_000_000_000);
    const faults = { fail: 0, random: { next: () => 0.3 }, clock };
    const tier = chaosTier(memoryTier({ clock }), faults);
    const { nodes } = nodesOf(1, { bus, tier, clock });
    const [cache] = nodes;
    await cache.set('k', 'OLD', { graceMs });
    await clock.advance(0);
    cut();
    await clock.advance(4_000);
    mend(true);
    faults.fail = 1;
    return cache;
  }

  test('are served where grace allows it', async () => {
    const cache = await suspectOf(10_000);
    expect(await cache.getOrSet('k', () => 'NEW', { graceMs: 10_000 })).toBe('OLD');
    expect(await cache.get('k')).toBe(undefined);
  });

  test('are loaded anew where it does not', async () => {
    const cache = await suspectOf(0);
    expect(await cache.getOrSet('k', () => 'NEW')).toBe('NEW');
  });
});

test('a suspect that turns out to be invalid does not stand in for a failed load', async () => {
  const { bus, loseNext } = cuttable();
  const { nodes, clock } = nodesOf(2, { bus });
  const [a, b] = nodes;
  await clock.advance(2_000);
  await a.set('k', 'OLD', { tags: ['t'], graceMs: 60_000 });
  await clock.advance(0);
  expect(await b.get('k')).toBe('OLD');
  loseNext();
  await a.invalidate({ tags: ['t'] });
  await clock.advance(3_000);
  const fail = () => Promise.reject(new Error('database down'));
  await expect(b.getOrSet('k', fail, { graceMs: 60_000 })).rejects.toThrow('database down');
});

test('messages that come twice, late and in another order do no harm', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const tier = memoryTier({ clock });
  const bus = localBus();
  const plan = { duplicate: 0.5, delay: 0.3, reorder: 0.3, delayMs: 200, random: new SeededRandom(5), clock };
  const [a, b] = [0, 1].map(() =>
    createCache({ clock, l2: tier, coherence: chaosCoherence(busCoherence(bus), plan) }),
  ) as [ReturnType<typeof createCache>, ReturnType<typeof createCache>];
  for (let n = 0; n < 50; n++) {
    await a.set('k', n, { tags: ['t'] });
    await clock.advance(20);
    await b.get('k');
    if (n % 5 === 4) await b.invalidate({ tags: ['t'] });
  }
  await a.set('k', 'last', { tags: ['t'] });
  await clock.advance(4_000);
  expect([await a.get('k'), await b.get('k')]).toEqual(['last', 'last']);
});

test('caches in memory alone tell each other what went', async () => {
  const clock = new ManualClock();
  const bus = localBus();
  const [a, b] = [0, 1].map(() => createCache({ clock, coherence: busCoherence(bus) })) as [
    ReturnType<typeof createCache>,
    ReturnType<typeof createCache>,
  ];
  await clock.advance(0);
  for (const target of [{ key: 'k' }, { tags: ['t'] }, { prefix: 'k' }, { all: true as const }]) {
    await b.set('k', 'OLD', { tags: ['t'] });
    await clock.advance(0);
    expect(await b.get('k')).toBe('OLD');
    await a.invalidate(target);
    await clock.advance(0);
    expect(await b.get('k')).toBe(undefined);
  }
});

test('a coherence that cannot work says so where it is used', async () => {
  const { XcError } = await import('@xc/core');
  const error = new XcError('XC_CACHE_TRACKING_UNSUPPORTED', 'no tracking here');
  const cache = createCache({
    coherence: {
      heartbeatMs: 1_000,
      open: (_node, handlers) => {
        handlers.unsupported(error);
        return { publish: async () => {}, [Symbol.asyncDispose]: async () => {} };
      },
    },
  });
  await expect(cache.get('k')).rejects.toBe(error);
  await expect(cache.settled()).rejects.toBe(error);
});

describe('one load over all nodes', () => {
  const fill = { fill: 'cluster' } as const;

  test('the others wait for the message of the node that loads', async () => {
    const { nodes, clock } = nodesOf(4);
    await clock.advance(0);
    let runs = 0;
    const load = async () => {
      runs++;
      await clock.sleep(1_000);
      return 'value';
    };
    const calls = nodes.flatMap((node) => Array.from({ length: 250 }, () => node.getOrSet('k', load, fill)));
    await clock.advance(1_100);
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['value']));
    expect(runs).toBe(1);
  });

  test('a failed owner frees it at once', async () => {
    const { nodes, clock } = nodesOf(2);
    const [a, b] = nodes;
    await clock.advance(0);
    let fail: () => void = () => {};
    const owner = a.getOrSet('k', () => new Promise((_, reject) => (fail = () => reject(new Error('bad')))), fill);
    owner.catch(() => {});
    await clock.advance(0);
    const other = b.getOrSet('k', () => 'other', fill);
    await clock.advance(10);
    fail();
    await clock.advance(5);
    await expect(owner).rejects.toThrow('bad');
    expect(await other).toBe('other');
  });

  test('a dead owner holds the others up for its lease at most, and its late value is not stored', async () => {
    const { nodes, clock } = nodesOf(2);
    const [a, b] = nodes;
    let give: (value: string) => void = () => {};
    const late = a.getOrSet('k', () => new Promise<string>((resolve) => (give = resolve)), { ...fill, leaseMs: 2_000 });
    await clock.advance(0);
    const next = b.getOrSet('k', () => 'NEW', { ...fill, leaseMs: 2_000 });
    await clock.advance(2_100);
    expect(await next).toBe('NEW');
    give('LATE');
    expect(await late).toBe('LATE');
    await clock.advance(0);
    expect([await a.get('k'), await b.get('k')]).toEqual(['NEW', 'NEW']);
  });

  test('a waiting node serves the old value where it may', async () => {
    const { nodes, clock } = nodesOf(2);
    const [a, b] = nodes;
    const options = { ...fill, graceMs: 60_000, ttlMs: 1_000 };
    await a.set('k', 'OLD', options);
    await clock.advance(0);
    await b.get('k');
    await clock.advance(1_500);
    const owner = a.getOrSet('k', () => new Promise<string>(() => {}), options);
    owner.catch(() => {});
    await clock.advance(0);
    expect(await b.getOrSet('k', () => 'mine', options)).toBe('OLD');
  });
});
