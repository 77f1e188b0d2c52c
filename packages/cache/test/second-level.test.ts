import { createCache, memoryTier, type Tier, type TierSpace } from '@xc/cache';
import { chaosTier } from '@xc/cache/testing';
import type { Policy } from '@xc/core';
import { ManualClock, MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { nodesOf } from './two-nodes.ts';

interface Faults {
  fail: number;
  drop: number;
  clock: ManualClock;
  random: { next(): number };
}

/** One node on a tier whose faults the test turns on and off; what it counts is calls that reached the tier. */
function troubled(options: { readonly deaf?: boolean; readonly count?: number } = {}) {
  const clock = new ManualClock(1_700_000_000_000);
  const inner = memoryTier({ clock });
  let calls = 0;
  const counting: Tier = {
    ...inner,
    open(cache) {
      const space = inner.open(cache);
      const counted = Object.create(space) as Record<string, unknown>;
      for (const name of ['read', 'fill', 'set', 'drop', 'raise', 'groups'] as const) {
        counted[name] = (...args: unknown[]) => {
          calls++;
          return (space[name] as (...args: unknown[]) => unknown)(...args);
        };
      }
      return counted as unknown as TierSpace;
    },
  };
  const faults: Faults = { fail: 0, drop: 0, clock, random: { next: () => 0.3 } };
  const tier = chaosTier(counting, faults);
  const meter = new RecordingMeter();
  const logger = new MemoryLogger();
  const made = nodesOf(options.count ?? 1, { tier, clock, deaf: options.deaf ?? true, meter, logger, l1: false });
  return { ...made, faults, meter, logger, calls: () => calls, inner };
}

const DOWN = 1;

describe('a second level that does not answer', () => {
  test('costs one deadline in all, and later calls nothing', async () => {
    const { nodes, clock, faults } = troubled();
    const [cache] = nodes;
    faults.drop = DOWN;
    const started = clock.monotonic();
    let settledAt = 0;
    const first = cache
      .getOrSet('k0', () => 0)
      .then(() => {
        settledAt = clock.monotonic();
      });
    await clock.advance(1_000);
    await first;
    expect(settledAt - started).toBeLessThanOrEqual(250);
    for (let n = 1; n < 1_000; n++) expect(await cache.getOrSet(`k${n}`, () => n)).toBe(n);
    expect(clock.monotonic() - started).toBe(1_000);
  });

  test('is used again by itself once it answers', async () => {
    const { nodes, clock, faults } = troubled();
    const [cache] = nodes;
    faults.drop = DOWN;
    const call = cache.getOrSet('k', () => 1);
    await clock.advance(200);
    await call;
    expect(cache.stats().l2).toBe('away');
    expect((await cache.probe.check(new AbortController().signal)).status).toBe('degraded');
    await clock.advance(60_000);
    faults.drop = 0;
    await clock.advance(31_000);
    expect(cache.stats().l2).toBe('up');
    await cache.set('k', 2);
    expect(await cache.get('k')).toBe(2);
    expect((await cache.probe.check(new AbortController().signal)).status).toBe('up');
  });
});

describe('a second level that fails', () => {
  test('is spared after five failures in a row, for a second and then twice as long each time', async () => {
    const { nodes, clock, faults, calls } = troubled();
    const [cache] = nodes;
    faults.fail = DOWN;
    faults.random.next = () => 0.6; // It does what it is asked for, and then fails.
    for (let n = 0; n < 20; n++) expect(await cache.getOrSet(`k${n}`, () => n)).toBe(n);
    expect(calls()).toBe(5);
    await clock.advance(999);
    await cache.get('k');
    expect(calls()).toBe(5);
    await clock.advance(1);
    expect(calls()).toBe(6);
    await clock.advance(1_999);
    expect(calls()).toBe(6);
    await clock.advance(1);
    expect(calls()).toBe(7);
  });

  test('never makes get reject, and rejects only who asks for it', async () => {
    const { nodes, faults } = troubled();
    const [cache] = nodes;
    faults.fail = DOWN;
    expect(await cache.get('k')).toBe(undefined);
    expect(await cache.entry('k')).toBe(undefined);
    expect((await cache.getMany(['k'])).size).toBe(0);
    await cache.set('k', 1);
    const strict = { code: 'XC_CACHE_UNAVAILABLE', retryable: true };
    await expect(cache.set('k', 1, { strict: true })).rejects.toMatchObject(strict);
    await expect(cache.getOrSet('l', () => 1, { strict: true })).rejects.toMatchObject(strict);
    await expect(cache.invalidate({ tags: ['t'] }, { strict: true })).rejects.toMatchObject(strict);
    await expect(cache.invalidate({ key: 'k' }, { strict: true })).rejects.toMatchObject(strict);
  });

  test('is counted by operation and reason', async () => {
    const { nodes, faults, meter, clock } = troubled();
    faults.fail = DOWN;
    await nodes[0].get('k');
    faults.fail = 0;
    faults.drop = DOWN;
    const waiting = nodes[0].get('k');
    await clock.advance(200);
    await waiting;
    const errors = (reason: string) =>
      meter.value('xc_cache_l2_errors_total', { cache: 'cache', operation: 'read', reason });
    expect([errors('other'), errors('deadline')]).toEqual([1, 1]);
  });

  test('tells when it goes and when it comes', async () => {
    const { nodes, faults } = troubled();
    const states: string[] = [];
    nodes[0].on('l2', ({ state }) => states.push(state));
    faults.fail = DOWN;
    await nodes[0].get('a');
    await nodes[0].get('b');
    faults.fail = 0;
    await nodes[0].get('c');
    expect(states).toEqual(['away', 'up']);
  });

  test('is asked through the policy that it brings, instead of being spared', async () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    const tier: Tier = {
      ...memoryTier({ clock }),
      policy: {
        name: 'mine',
        run: async (task) => {
          ran.push('run');
          return task({ signal: new AbortController().signal, attempt: 1, deadline: undefined, key: undefined });
        },
      },
    };
    const cache = createCache({ clock, l2: tier });
    await cache.set('k', 1);
    expect(ran.length).toBe(1);
  });
});

describe('a policy that waits', () => {
  const context = { signal: new AbortController().signal, attempt: 1, deadline: undefined, key: undefined };
  const waiting = (clock: ManualClock, ms: number) => {
    const run: Policy['run'] = async (task) => {
      await clock.sleep(ms);
      return task(context);
    };
    return { name: 'queue', run };
  };
  const gateOf = (clock: ManualClock, policy: Policy) => {
    const begun: string[] = [];
    const inner = memoryTier({ clock });
    const tier: Tier = {
      ...inner,
      deadlineMs: 100,
      policy,
      open(cache) {
        const space = inner.open(cache);
        const set: TierSpace['set'] = (sets, call) => {
          begun.push(`set with ${call.deadlineMs}`);
          return space.set(sets, call);
        };
        return Object.assign(Object.create(space) as TierSpace, { set });
      },
    };
    return { begun, cache: createCache({ clock, l2: tier, l1: false }) };
  };

  test('costs a caller one deadline, and what it lets through later is not begun', async () => {
    const clock = new ManualClock(1_000);
    const { begun, cache } = gateOf(clock, waiting(clock, 1_000));
    const started = clock.monotonic();
    const setting = cache.set('k', 1).then(() => clock.monotonic() - started);
    const getting = cache.getOrSet('other', () => 1).then(() => clock.monotonic() - started);
    for (let ms = 0; ms < 500; ms += 50) await clock.advance(50);
    expect(await Promise.all([setting, getting])).toEqual([100, 100]);
    await clock.advance(10_000);
    expect(begun).toEqual([]);
    await cache[Symbol.asyncDispose]();
  });

  test('leaves what it lets through the rest of the time', async () => {
    const clock = new ManualClock(1_000);
    const { begun, cache } = gateOf(clock, waiting(clock, 60));
    const setting = cache.set('k', 1, { strict: true });
    await clock.advance(60);
    await setting;
    expect(begun).toEqual(['set with 40']);
    await cache[Symbol.asyncDispose]();
  });

  test('for ever hangs nobody', async () => {
    const clock = new ManualClock(1_000);
    const { cache } = gateOf(clock, { name: 'never', run: () => new Promise(() => {}) });
    const getting = cache.get('k');
    await clock.advance(100);
    expect(await getting).toBe(undefined);
    await cache[Symbol.asyncDispose]();
  });
});

describe('an invalidation that does not arrive', () => {
  test('is obeyed here at once, told as not delivered, and repeated until it arrives', async () => {
    const { nodes, clock, faults } = troubled({ count: 2 });
    const [a, b] = nodes;
    await a.set('k', 'OLD');
    await a.set('tagged', 'OLD', { tags: ['t'] });
    await a.set('prefixed', 'OLD');
    faults.fail = DOWN;
    for (const target of [{ key: 'k' }, { tags: ['t'] }, { prefix: 'pre' }]) {
      expect((await a.invalidate(target)).delivered).toBe(false);
    }
    expect(a.stats().recoveryQueue).toBe(3);
    faults.fail = 0;
    // The second level is back with what is old, and nothing of it is read here before the invalidations are there.
    for (const key of ['k', 'tagged', 'prefixed']) expect(await a.get(key)).toBe(undefined);
    await clock.advance(31_000);
    expect(a.stats().recoveryQueue).toBe(0);
    for (const key of ['k', 'tagged', 'prefixed']) expect(await b.get(key)).toBe(undefined);
  });

  test('comes before anything else is written for its key', async () => {
    const { nodes, clock, faults } = troubled({ count: 2 });
    const [a, b] = nodes;
    await a.set('k', 'OLD', { tags: ['t'] });
    faults.fail = DOWN;
    await a.invalidate({ key: 'k' });
    faults.fail = 0;
    expect(await a.getOrSet('k', () => 'NEW')).toBe('NEW');
    await clock.advance(31_000);
    expect(await b.get('k')).not.toBe('OLD');
    expect(await a.getOrSet('k', () => 'NEWER')).toBe('NEWER');
    expect(await b.get('k')).toBe('NEWER');
  });

  test('is one of everything when too many wait', async () => {
    const clock = new ManualClock(1_700_000_000_000);
    const faults = { fail: 0, random: { next: () => 0.3 }, clock };
    const tier = chaosTier(memoryTier({ clock }), faults);
    const { nodes } = nodesOf(2, { tier, clock, deaf: true, l1: false, recovery: { maxKeys: 3 } });
    const [a, b] = nodes;
    await a.set('other', 'OLD');
    faults.fail = DOWN;
    for (let n = 0; n < 4; n++) await a.invalidate({ key: `k${n}` });
    expect(a.stats().recoveryQueue).toBe(1);
    faults.fail = 0;
    await clock.advance(31_000);
    expect([a.stats().recoveryQueue, await b.get('other')]).toEqual([0, undefined]);
  });

  test('takes the place of an older one of the same target', async () => {
    const { nodes, faults } = troubled();
    faults.fail = DOWN;
    for (let n = 0; n < 5; n++) await nodes[0].invalidate({ key: 'k' });
    expect(nodes[0].stats().recoveryQueue).toBe(1);
  });

  test('is told of where the process ends before', async () => {
    const { nodes, faults, logger } = troubled();
    faults.fail = DOWN;
    await nodes[0].invalidate({ key: 'k' });
    await nodes[0][Symbol.asyncDispose]();
    expect(logger.lines.filter(({ level }) => level === 'warn').length).toBe(1);
  });

  test('is waited for by settled', async () => {
    const { nodes, clock, faults } = troubled();
    faults.fail = DOWN;
    await nodes[0].invalidate({ key: 'k' });
    let settled = false;
    const waiting = nodes[0].settled().then(() => {
      settled = true;
    });
    await clock.advance(5_000);
    expect(settled).toBe(false);
    faults.fail = 0;
    await clock.advance(60_000);
    await waiting;
    expect(nodes[0].stats().recoveryQueue).toBe(0);
  });

  test('of a set leaves no older value behind', async () => {
    const { nodes, clock, faults } = troubled({ count: 2 });
    const [a, b] = nodes;
    await a.set('k', 'OLD');
    faults.fail = DOWN;
    await a.set('k', 'NEW');
    faults.fail = 0;
    await clock.advance(31_000);
    expect(await b.get('k')).not.toBe('OLD');
  });
});

test('without messages a copy in memory is believed for a second', async () => {
  const { nodes, clock } = nodesOf(2, { deaf: true });
  const [a, b] = nodes;
  await a.set('k', 'OLD');
  expect(await b.get('k')).toBe('OLD');
  await a.set('k', 'NEW');
  await clock.advance(999);
  expect([await b.get('k'), b.peek('k')]).toEqual(['OLD', 'OLD']);
  await clock.advance(1);
  expect(b.peek('k')).toBe(undefined);
  expect(await b.get('k')).toBe('NEW');
});

test('two caches of one name share a second level, of different names they see nothing of each other', async () => {
  const tier = memoryTier();
  const [a, same, other] = ['n', 'n', 'm'].map((name) => createCache({ name, l2: tier }));
  await a?.set('k', 1);
  expect([await same?.get('k'), await other?.get('k')]).toEqual([1, undefined]);
});

test.for(['l1', 'l2'] as const)('keeps a value in %s alone where that is asked for', async (tiers) => {
  const { nodes, clock } = nodesOf(2);
  const [a, b] = nodes;
  await clock.advance(0);
  await a.getOrSet('k', () => 1, { tiers });
  expect(a.peek('k')).toBe(tiers === 'l1' ? 1 : undefined);
  expect(await b.get('k')).toBe(tiers === 'l1' ? undefined : 1);
});

test('compares memory with the second level and with the source', async () => {
  const { nodes, clock } = nodesOf(2, { deaf: true });
  const [a, b] = nodes;
  for (const key of ['same', 'stale', 'wrong']) {
    await a.set(key, 1);
    await b.get(key);
  }
  await b.set('own', 1, { tiers: 'l1' });
  await a.set('stale', 2);
  const source = async (key: string) => (key === 'wrong' ? 9 : key === 'stale' ? 2 : 1);
  expect(await b.verify({ source })).toEqual({
    checked: 4,
    agreed: 1,
    onlyInMemory: 1,
    stale: ['stale'],
    differsFromSource: expect.arrayContaining(['stale', 'wrong']),
  });
  await b.verify({ source, repair: true });
  await clock.advance(0);
  expect([await b.get('wrong'), await b.get('same')]).toEqual([undefined, 1]);
});

test('a comparison ends at once on abort, whatever the source does, and repairs nothing after it', async () => {
  const cache = createCache();
  await cache.set('k', 1);
  for (const late of [
    (give: (value: unknown) => void) => give(2),
    (_: unknown, fail: (error: unknown) => void) => fail(2),
  ]) {
    const controller = new AbortController();
    const { signal } = controller;
    let asked: (answer: () => void) => void = () => {};
    const asking = new Promise<() => void>((resolve) => (asked = resolve));
    const source = () => new Promise<unknown>((give, fail) => asked(() => late(give, fail)));
    const comparing = cache.verify({ source, repair: true, signal });
    const answer = await asking;
    controller.abort(new Error('enough'));
    await expect(comparing).rejects.toThrow('enough');
    answer();
    await cache.settled();
    expect(cache.peek('k')).toBe(1);
    await expect(cache.verify({ signal })).rejects.toThrow('enough');
  }
});
