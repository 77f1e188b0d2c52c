import { describe, expect, test } from 'vitest';
import { givenPool } from './given-pool.ts';
import { type Demand, type Seen, SharedProcessor } from './shared-processor.ts';

const max = 40;
const adaptive = { everyMs: 1_000, cooldownMs: 3_000, downStep: 2 } as const;

const demands: readonly (readonly [string, Demand])[] = [
  ['a light load', { kind: 'open', perSecond: 100 }],
  ['a heavy load', { kind: 'open', perSecond: 300 }],
  ['more clients than it can serve', { kind: 'closed', clients: 60, thinkMs: 50 }],
];

/** The best that a pool of fixed size can do. */
async function bestFixed(demand: Demand): Promise<Seen> {
  const seen: Seen[] = [];
  for (const size of [2, 4, 6, 10, 20, 40]) {
    const database = new SharedProcessor({ max: size });
    await database.run(demand, 2);
    seen.push(await database.run(demand, 6));
  }
  const most = Math.max(...seen.map(({ perSecond }) => perSecond));
  const good = seen.filter(({ perSecond }) => perSecond >= most * 0.97);
  return { perSecond: most, p95Ms: Math.min(...good.map(({ p95Ms }) => p95Ms)) };
}

function expectCloseTo(seen: Seen, best: Seen): void {
  expect(seen.perSecond).toBeGreaterThan(best.perSecond / 1.3);
  expect(seen.p95Ms).toBeLessThan(best.p95Ms * 1.3 + 1);
}

describe('in front of a database that slows down the more it has to do', () => {
  test.each(demands)('finds a limit nearly as good as the best fixed size under %s', async (_, demand) => {
    const best = await bestFixed(demand);
    const database = new SharedProcessor({ max, adaptive });
    await database.run(demand, 20);
    expectCloseTo(await database.run(demand, 20), best);
  });

  test('finds another one after the load has changed', async () => {
    const light: Demand = { kind: 'open', perSecond: 100 };
    const heavy: Demand = { kind: 'open', perSecond: 300 };
    const database = new SharedProcessor({ max, adaptive });
    await database.run(light, 20);
    await database.run(heavy, 10);
    expectCloseTo(await database.run(heavy, 15), await bestFixed(heavy));
    await database.rest();
    await database.run(light, 10);
    expectCloseTo(await database.run(light, 15), await bestFixed(light));
  });
});

describe('the limit', () => {
  const steady = async (
    given: ReturnType<typeof givenPool>,
    perInterval: number,
    usageMs: number,
    intervals: number,
  ) => {
    const { pool, clock } = given;
    for (let interval = 0; interval < intervals; interval++) {
      for (let at = 0; at < perInterval; at++) {
        void pool.use(() => clock.sleep(usageMs));
        await clock.advance(1_000 / perInterval);
      }
    }
  };

  test('begins with a quarter of max, and is what the load needs after the first interval with loans', async () => {
    const given = givenPool({ max: 40, adaptive: { everyMs: 1_000 } });
    expect(given.pool.stats().limit).toBe(10);
    await given.clock.advance(5_000);
    expect(given.pool.stats().limit).toBe(10);
    await steady(given, 100, 20, 2);
    // 100 a second for 20 ms each, and half as much again.
    expect(given.pool.stats()).toMatchObject({ limit: 3, max: 40 });
    expect(given.events.filter(({ type }) => type === 'resized')[0]).toMatchObject({ limit: 3, max: 40, why: 'load' });
  });

  test('goes down step by step after the cool-down, and never below min or 1', async () => {
    const given = givenPool({ max: 40, min: 2, adaptive: { everyMs: 1_000, cooldownMs: 4_000, downStep: 3 } });
    await steady(given, 200, 40, 2);
    expect(given.pool.stats().limit).toBe(12);
    await steady(given, 400, 40, 1);
    await given.clock.advance(60_000);
    expect(given.pool.stats().limit).toBe(2);
    const changes = given.events.flatMap((event) => (event.type === 'resized' ? [event] : []));
    const lastUp = changes.findLast(({ why }) => why !== 'idle');
    const downs = changes.filter(({ at }) => at > (lastUp?.at ?? 0));
    expect((downs[0]?.at ?? 0) - (lastUp?.at ?? 0)).toBeGreaterThanOrEqual(4_000);
    const limits = [lastUp, ...downs].map((change) => change?.limit ?? 0);
    const steps = limits.slice(1).map((limit, at) => (limits[at] ?? 0) - limit);
    expect(steps.slice(0, -1).every((step) => step === 3)).toBe(true);
  });

  test('is placed by a load of less than one borrower an interval tenth', async () => {
    const given = givenPool({ max: 40, adaptive: { everyMs: 5_000 } });
    for (let loan = 0; loan < 6; loan++) {
      void given.pool.use(() => given.clock.sleep(100));
      await given.clock.advance(2_000);
    }
    expect(given.pool.stats().limit).toBe(1);
  });

  test('goes down step by step after the cool-down when nobody has come at all', async () => {
    const given = givenPool({ max: 40, min: 2, adaptive: { everyMs: 1_000, cooldownMs: 4_000, downStep: 3 } });
    await given.clock.advance(30_000);
    const changes = given.events.flatMap((event) => (event.type === 'resized' ? [event] : []));
    expect(changes.map(({ at, limit, why }) => [at, limit, why])).toEqual([
      [4_000, 7, 'idle'],
      [5_000, 4, 'idle'],
      [6_000, 2, 'idle'],
    ]);
  });

  test('a first loan that lasts is not nobody', async () => {
    const given = givenPool({ max: 40, adaptive: { everyMs: 1_000, cooldownMs: 4_000, downStep: 3 } });
    await given.pool.acquire();
    await given.clock.advance(30_000);
    expect(given.pool.stats().limit).toBe(10);
  });

  test('does not wait for the end of the first interval to grow, while borrowers wait for too long', async () => {
    const given = givenPool({ max: 40, adaptive: { everyMs: 1_000, headroom: 0.1 } });
    const uses = Array.from({ length: 200 }, () => given.pool.use(() => given.clock.sleep(60)));
    await given.clock.advance(1_000);
    await Promise.all(uses);
    const limits = given.events.flatMap((event) => (event.type === 'resized' ? [[event.at, event.limit]] : []));
    expect(limits.slice(0, 2)).toEqual([
      [100, 20],
      [200, 40],
    ]);
  });

  test('grows by a quarter, at least one, when waits are too long', async () => {
    const given = givenPool({ max: 40, adaptive: { everyMs: 1_000, headroom: 0.5 } });
    // With half of what it needs everybody waits.
    await steady(given, 100, 40, 6);
    const limits = given.events.flatMap((event) => (event.type === 'resized' ? [[event.limit, event.why]] : []));
    expect(limits[0]).toEqual([2, 'load']);
    expect(limits[1]).toEqual([3, 'wait']);
    expect(limits[2]).toEqual([4, 'wait']);
  });

  test('steps back and holds when a growth brings no more throughput and slower loans', async () => {
    const database = new SharedProcessor({ max, adaptive });
    const limits: (readonly [number, string, number])[] = [];
    database.pool.on((event) => {
      if (event.type === 'resized') limits.push([event.limit, event.why, event.at]);
    });
    await database.run({ kind: 'open', perSecond: 100 }, 5);
    await database.run({ kind: 'closed', clients: 100, thinkMs: 10 }, 20);
    const back = limits.findIndex(([, why]) => why === 'no-gain');
    expect(back).toBeGreaterThan(0);
    const [limit = 0, , at = 0] = limits[back] ?? [];
    expect(limit).toBeLessThan(limits[back - 1]?.[0] ?? 0);
    const [next] = limits.slice(back + 1).filter((change) => change[0] > limit);
    if (next !== undefined) expect(next[2] - at).toBeGreaterThanOrEqual(adaptive.cooldownMs);
  });

  test('stays within what resize allows', async () => {
    const given = givenPool({ max: 40, adaptive: { everyMs: 1_000 } });
    given.pool.resize({ max: 5 });
    expect(given.pool.stats()).toMatchObject({ max: 5, limit: 5 });
    given.pool.resize({ max: 50, min: 20 });
    expect(given.pool.stats()).toMatchObject({ max: 50, limit: 20 });
  });
});
