import { createCache, memoryTier } from '@xc/cache';
import { chaosTier } from '@xc/cache/testing';
import { ManualClock, SeededRandom } from '@xc/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gated, nodesOf } from './two-nodes.ts';

const engines = [
  { name: 'in memory', make: () => ({ clock: new ManualClock(), deaf: true }) },
  { name: 'in the second level', make: () => ({ clock: new ManualClock(), deaf: false }) },
] as const;

describe.for(engines)('once $name', ({ name, make }) => {
  function caches() {
    const { clock, deaf } = make();
    if (name === 'in memory') {
      const cache = createCache({ clock });
      return { clock, a: cache, b: cache };
    }
    const { nodes } = nodesOf(2, { clock, deaf });
    return { clock, a: nodes[0], b: nodes[1] };
  }

  test('runs for the first caller, and gives its result to all others', async () => {
    const { a, b, clock } = caches();
    await clock.advance(0);
    const slow = gated<string>();
    const first = a.once('k', slow.load, { ttlMs: 5_000 });
    await clock.advance(0);
    const second = b.once('k', slow.load);
    await clock.advance(10);
    slow.give('done');
    await clock.advance(1);
    expect([await first, await second, slow.runs()]).toEqual(['done', 'done', 1]);
    expect(await b.once('k', slow.load)).toBe('done');
    await clock.advance(5_000);
    const again = a.once('k', async () => 'again');
    expect(await again).toBe('again');
  });

  test.for([undefined, null])('remembers %s', async (nothing) => {
    const { a, b } = caches();
    let runs = 0;
    const fn = async () => {
      runs++;
      return nothing;
    };
    expect([await a.once('k', fn), await b.once('k', fn), runs]).toEqual([nothing, nothing, 1]);
  });

  test('stores no rejection and frees the key', async () => {
    const { a, b } = caches();
    const error = new Error('boom');
    await expect(a.once('k', () => Promise.reject(error))).rejects.toBe(error);
    expect(await b.once('k', async ({ attempt }) => attempt)).toBe(1);
  });

  test('refuses another fingerprint, and compares none where there is none', async () => {
    const { a, b } = caches();
    await a.once('k', async () => 1, { fingerprint: 'x' });
    await expect(b.once('k', async () => 2, { fingerprint: 'y' })).rejects.toMatchObject({
      code: 'XC_CACHE_ONCE_MISMATCH',
    });
    expect(await b.once('k', async () => 2)).toBe(1);
  });

  test('waits as long as it is told', async () => {
    const { a, b, clock } = caches();
    const slow = gated<string>();
    const first = a.once('k', slow.load);
    await clock.advance(0);
    await expect(b.once('k', slow.load, { waitMs: 0 })).rejects.toMatchObject({
      code: 'XC_CACHE_ONCE_BUSY',
      retryable: true,
    });
    const waiting = b.once('k', slow.load, { waitMs: 500 }).catch((error) => error.code);
    await clock.advance(500);
    expect(await waiting).toBe('XC_CACHE_ONCE_BUSY');
    slow.give('done');
    expect(await first).toBe('done');
  });

  test('is not touched by an invalidation', async () => {
    const { a } = caches();
    await a.once('k', async () => 1);
    await a.invalidate({ all: true });
    await a.invalidate({ key: 'k' });
    expect(await a.once('k', async () => 2)).toBe(1);
    expect(await a.get('k')).toBe(undefined);
  });

  test('settles the caller that runs at once on abort, and remembers what its run gives', async () => {
    const { a, b, clock } = caches();
    const slow = gated<string>();
    const controller = new AbortController();
    const first = a.once('k', slow.load, { signal: controller.signal });
    await clock.advance(0);
    controller.abort(new Error('left'));
    await expect(first).rejects.toThrow('left');
    slow.give('done');
    await clock.advance(0);
    expect(await b.once('k', async () => 'again')).toBe('done');
  });

  test('settles a waiting caller at once on abort', async () => {
    const { a, clock } = caches();
    const slow = gated<string>();
    const first = a.once('k', slow.load);
    await clock.advance(0);
    const controller = new AbortController();
    const waiting = a.once('k', slow.load, { signal: controller.signal });
    await clock.advance(0);
    controller.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    slow.give('x');
    await first;
  });
});

test.for([
  ['freeze', undefined],
  ['freeze', memoryTier()],
  ['clone', undefined],
  ['clone', memoryTier()],
] as const)('what a caller does to the result reaches no other caller: %s', async ([values, l2]) => {
  const cache = createCache({ name: values, values, ...(l2 && { l2 }) });
  const order = () => cache.once('order', async (): Promise<{ lines: string[] }> => ({ lines: [] }));
  for (const caller of ['first', 'second', 'third']) {
    const { lines } = await order();
    expect(lines).toEqual([]);
    if (values === 'freeze') expect(() => lines.push(caller)).toThrow(TypeError);
    else lines.push(caller);
  }
  await cache[Symbol.asyncDispose]();
});

test('an owner that lives keeps its record; one that died loses it', async () => {
  const clock = new ManualClock();
  const tier = memoryTier({ clock });
  const dead = new ManualClock();
  const { nodes } = nodesOf(1, { clock, tier, deaf: true });
  // Its clock stands still, so it renews nothing: as good as dead.
  const gone = createCache({ clock: dead, l2: tier });
  const slow = gated<string>();
  const first = gone.once('k', slow.load, { leaseMs: 1_000 });
  await clock.advance(0);
  await clock.advance(1_000);
  await expect(nodes[0].once('k', async () => 'x', { onCrash: 'reject' })).rejects.toMatchObject({
    code: 'XC_CACHE_ONCE_CRASHED',
  });
  const facts: { attempt: number; fence: bigint }[] = [];
  expect(
    await nodes[0].once('k', async ({ attempt, fence }) => {
      facts.push({ attempt, fence });
      return 'rerun';
    }),
  ).toBe('rerun');
  expect(facts[0]?.attempt).toBe(2);
  slow.give('late');
  expect(await first).toBe('rerun');
  expect(await nodes[0].once('k', async () => 'never')).toBe('rerun');

  const alive = gated<string>();
  const long = nodes[0].once('long', alive.load, { leaseMs: 1_000 });
  await clock.advance(5_000);
  await expect(nodes[0].once('long', alive.load, { waitMs: 0 })).rejects.toMatchObject({ code: 'XC_CACHE_ONCE_BUSY' });
  alive.give('done');
  expect(await long).toBe('done');
});

test('an owner that lost its record waits for whoever runs in its place, and counts where that one fails', async () => {
  const clock = new ManualClock();
  const tier = memoryTier({ clock });
  const { nodes } = nodesOf(1, { clock, tier, deaf: true });
  // Its clock stands still, so it renews nothing.
  const dead = new ManualClock();
  const stopped = createCache({ clock: dead, l2: tier });
  for (const [key, outcome] of [
    ['finished', 'second'],
    ['failed', 'first'],
  ] as const) {
    const [early, later] = [gated<string>(), gated<string>()];
    const first = stopped.once(key, early.load, { leaseMs: 1_000 });
    await clock.advance(1_000);
    const second = nodes[0].once(key, later.load).catch(() => {});
    await clock.advance(0);
    early.give('first');
    await clock.advance(500);
    if (outcome === 'second') later.give('second');
    else later.fail('boom');
    await clock.advance(0);
    await dead.advance(500);
    await second;
    expect(await first).toBe(outcome);
    expect(await nodes[0].once(key, async () => 'third')).toBe(outcome);
  }
  const [early, later] = [gated<string>(), gated<string>()];
  const first = stopped.once('busy', early.load, { leaseMs: 1_000, waitMs: 200 }).catch((error) => error.code);
  await clock.advance(1_000);
  void nodes[0].once('busy', later.load);
  await clock.advance(0);
  early.give('first');
  await dead.advance(1_000);
  expect(await first).toBe('XC_CACHE_ONCE_BUSY');
});

test('fails closed where the second level is away', async () => {
  const clock = new ManualClock();
  const { nodes } = nodesOf(1, { clock, tier: chaosTier(memoryTier({ clock }), { fail: 1 }) });
  let runs = 0;
  const call = nodes[0].once('k', async () => runs++);
  await expect(call).rejects.toMatchObject({ code: 'XC_CACHE_UNAVAILABLE', retryable: true });
  expect(runs).toBe(0);
});

test('has room for 100,000 records in memory, and refuses the next one', async () => {
  const clock = new ManualClock();
  const cache = createCache({ clock });
  for (let n = 0; n < 100_000; n++) await cache.once(`k${n}`, async () => n);
  await expect(cache.once('one more', async () => 1)).rejects.toMatchObject({ code: 'XC_CACHE_ONCE_FULL' });
  expect(await cache.once('k5', async () => 1)).toBe(5);
  await clock.advance(86_400_000);
  expect(await cache.once('one more', async () => 1)).toBe(1);
});

test('no record is completed twice, whatever fails and whoever dies', async () => {
  const call = fc.record({
    node: fc.nat(2),
    key: fc.nat(1),
    workMs: fc.constantFrom(0, 30, 700),
    waitMs: fc.constantFrom(0, 300, 5_000),
  });
  const property = fc.asyncProperty(
    fc.nat(),
    fc.array(call, { minLength: 2, maxLength: 8 }),
    fc.constantFrom(0, 0.1),
    async (seed, calls, rate) => {
      const clock = new ManualClock();
      const plan = { fail: rate, delay: 0.1, delayMs: 20, random: new SeededRandom(seed), clock };
      const { nodes } = nodesOf(3, { clock, tier: chaosTier(memoryTier({ clock }), plan) });
      let ran = 0;
      const results = new Map<number, Set<string>>([
        [0, new Set()],
        [1, new Set()],
      ]);
      const work = calls.map(({ node, key, workMs, waitMs }) =>
        (nodes[node] as (typeof nodes)[0])
          .once(
            `k${key}`,
            async ({ fence }) => {
              await clock.sleep(workMs);
              return `${++ran} ${fence}`;
            },
            { waitMs, leaseMs: 60_000 },
          )
          .then(
            (result) => results.get(key)?.add(result),
            () => {},
          ),
      );
      await clock.advance(20_000);
      await Promise.all(work);
      // A finish whose answer was lost is unknown to its caller, and known to everybody else.
      for (const seen of results.values()) expect(seen.size).toBeLessThanOrEqual(1);
    },
  );
  await fc.assert(property, { numRuns: 300 });
});
