import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { memoryStore } from '../memory/memory-store.ts';
import type { LimitStore } from '../store/limit-store.ts';
import { createRateLimiter } from './create-rate-limiter.ts';

const perSecond = { algorithm: 'fixed', limit: 2, windowMs: 1_000 } as const;
const perTen = { algorithm: 'fixed', limit: 3, windowMs: 10_000 } as const;

test('allows up to the limit and says exactly when there is more', async () => {
  const clock = new ManualClock(1_800_000_000_000);
  const limiter = createRateLimiter({ limits: { calls: { limit: 2, windowMs: 1_000 } }, clock });
  expect(await limiter.take('a')).toEqual({
    allowed: true,
    soft: false,
    degraded: false,
    source: 'store',
    retryAfterMs: 0,
    violated: [],
    limits: {
      calls: {
        limit: 2,
        capacity: 2,
        windowMs: 1_000,
        unit: 'requests',
        remaining: 1,
        resetAfterMs: 500,
        retryAfterMs: 0,
        shadowed: false,
        blocked: false,
      },
    },
    decidedAt: 1_800_000_000_000,
  });
  limiter.takeSync('a');
  expect(await limiter.take('a')).toMatchObject({ allowed: false, retryAfterMs: 500, violated: ['calls'] });
  await clock.advance(499);
  expect(limiter.takeSync('a').allowed).toBe(false);
  await clock.advance(1);
  expect(limiter.takeSync('a').allowed).toBe(true);
});

test('charges no limit when one of them refuses, however often it is asked', async () => {
  const clock = new ManualClock();
  const limiter = createRateLimiter({ limits: { A: perSecond, B: perTen }, clock });
  for (let call = 0; call < 3; call++) {
    expect((await limiter.take('k')).allowed).toBe(true);
    await clock.advance(600);
  }
  await clock.advance(1_000);
  for (let call = 0; call < 1_000; call++) {
    const decision = limiter.takeSync('k');
    expect(decision).toMatchObject({ allowed: false, violated: ['B'] });
    expect(decision.limits.A).toMatchObject({ remaining: 2, retryAfterMs: 0, resetAfterMs: 0 });
  }
});

test('consumes nothing when it says no, and lets a cheaper call through', () => {
  const rules = [
    { limit: 10, windowMs: 60_000 },
    { algorithm: 'bucket', limit: 10, windowMs: 60_000 },
    { algorithm: 'bucket', limit: 10, windowMs: 60_000, refill: 'interval' },
    { algorithm: 'sliding', limit: 10, windowMs: 60_000 },
    { algorithm: 'fixed', limit: 10, windowMs: 60_000 },
    { algorithm: 'log', limit: 10, windowMs: 60_000 },
    { algorithm: 'quota', limit: 10, per: 'day' },
  ] as const;
  for (const rule of rules) {
    const limiter = createRateLimiter({ limits: { it: rule }, clock: new ManualClock(1_800_000_000_000) });
    limiter.takeSync('a', { cost: 8 });
    const refused = limiter.takeSync('a', { cost: 5 });
    expect(refused.allowed).toBe(false);
    expect(refused.limits.it?.remaining).toBe(2);
    expect([1, 2, 3].map(() => limiter.takeSync('a').allowed)).toEqual([true, true, false]);
  }
});

test('takes the longest wait of several violated limits', () => {
  const limiter = createRateLimiter({ limits: { A: perSecond, B: perTen }, clock: new ManualClock() });
  limiter.takeSync('k', { cost: 2 });
  expect(limiter.takeSync('k', { cost: 2 })).toMatchObject({ violated: ['A', 'B'], retryAfterMs: 10_000 });
});

test('never waits for what can never be', () => {
  const limiter = createRateLimiter({
    limits: { A: perSecond, none: { ...perTen, limit: 0 } },
    clock: new ManualClock(),
  });
  expect(limiter.takeSync('k', { only: ['A'], cost: 3 })).toMatchObject({
    allowed: false,
    retryAfterMs: Number.POSITIVE_INFINITY,
  });
  expect(limiter.takeSync('k', { only: ['none'] })).toMatchObject({
    allowed: false,
    retryAfterMs: Number.POSITIVE_INFINITY,
  });
  expect(limiter.takeSync('k', { only: ['A'], cost: 2 }).allowed).toBe(true);
});

test('peeks without a trace, and says what take would', async () => {
  const limiter = createRateLimiter({ limits: { A: perSecond }, clock: new ManualClock() });
  const said = await limiter.peek('k');
  expect(await limiter.peek('k')).toEqual(said);
  expect(await limiter.take('k')).toEqual(said);
  limiter.takeSync('k');
  expect(await limiter.peek('k')).toEqual(await limiter.take('k'));
});

test('keeps apart what has another name or another key, whatever the key', () => {
  const limiter = createRateLimiter({ limits: { A: perSecond, B: perSecond }, clock: new ManualClock() });
  limiter.takeSync('__proto__', { only: ['A'], cost: 2 });
  for (const key of ['constructor', 'a', '}', '{}', 'a}{b', ' ', '😀', 'x'.repeat(2 ** 20)]) {
    expect(limiter.takeSync(key, { only: ['A'] }).allowed).toBe(true);
  }
  expect(limiter.takeSync('__proto__', { only: ['A'] }).allowed).toBe(false);
  expect(limiter.takeSync('__proto__', { only: ['B'] }).allowed).toBe(true);
});

describe('leaves out a limit', () => {
  interface Caller {
    readonly id: string;
    readonly team?: string;
    readonly plan?: number;
  }
  const asked: unknown[] = [];
  const store: LimitStore = { ...memoryStore(), apply: async () => Promise.reject(asked.push(1)) };
  const limits = {
    team: { ...perSecond, key: ({ team }: Caller) => team },
    plan: { ...perSecond, limit: ({ plan }: Caller) => plan, key: ({ id }: Caller) => id },
  };

  test('that does not apply to a subject', async () => {
    const limiter = createRateLimiter({ limits });
    expect(Object.keys((await limiter.take({ id: 'a', team: 't' })).limits)).toEqual(['team']);
    expect(Object.keys((await limiter.take({ id: 'a', plan: 4 })).limits)).toEqual(['plan']);
  });

  test('and allows what no limit applies to, without the store', async () => {
    const limiter = createRateLimiter({ limits, store });
    expect(await limiter.take({ id: 'a' })).toMatchObject({
      allowed: true,
      source: 'none',
      limits: {},
      retryAfterMs: 0,
    });
    expect((await limiter.lease({ id: 'a' })).allowed).toBe(true);
    expect(asked).toEqual([]);
  });
});

describe('asks a limit that is a function', () => {
  test('once a decision, and waits for its answer', async () => {
    const asked: string[] = [];
    const limit = async (subject: string) => {
      asked.push(subject);
      return 1;
    };
    const limiter = createRateLimiter({ limits: { it: { limit, windowMs: 1_000 } }, clock: new ManualClock() });
    expect((await limiter.take('a')).allowed).toBe(true);
    expect((await limiter.take('a')).allowed).toBe(false);
    expect(asked).toEqual(['a', 'a']);
    expect(() => limiter.takeSync('a')).toThrow(TypeError);
  });

  test('and refuses an answer that is no number of units', async () => {
    for (const limit of [-1, 1.5, Number.NaN, '5', null, 2e12]) {
      const limiter = createRateLimiter({ limits: { it: { limit: () => limit as number, windowMs: 1_000 } } });
      await expect(limiter.take('a')).rejects.toThrow(/^limits.it.limit must be an integer from 0 to 1e12, got /);
      await expect(limiter.take('a')).rejects.toThrow(RangeError);
    }
  });

  test('keeping what was counted when the answer changes', async () => {
    let limit = 100;
    const clock = new ManualClock();
    const limiter = createRateLimiter({ limits: { it: { ...perTen, limit: () => limit } }, clock });
    limiter.takeSync('a', { cost: 50 });
    await clock.advance(1_000);
    limit = 10;
    expect(limiter.takeSync('a')).toMatchObject({
      allowed: false,
      retryAfterMs: 9_000,
      limits: { it: { remaining: 0 } },
    });
    limit = 60;
    expect(limiter.takeSync('a').limits.it?.remaining).toBe(9);
  });
});

test('changes numbers while it runs, all or nothing', () => {
  const limiter = createRateLimiter({
    limits: { A: perSecond, G: { limit: 5, windowMs: 1_000 } },
    clock: new ManualClock(),
  });
  limiter.update({ A: { limit: 5 }, G: { burst: 7, softAt: 0.1 } });
  const decision = limiter.takeSync('k');
  expect(decision).toMatchObject({
    soft: true,
    limits: { A: { limit: 5, remaining: 4 }, G: { capacity: 7, remaining: 6 } },
  });
  expect(() => limiter.update({ A: { limit: 1 }, G: { burst: 0 } })).toThrow(/^limits.G.burst must be/);
  expect(() => limiter.update({ A: { limit: 1, burst: 4 } })).toThrow(/^limits.A.burst must be left out/);
  expect(() => limiter.update({ A: { mode: 'off' as never } })).toThrow(/^limits.A.mode must be/);
  expect(() => limiter.update({ other: {} } as never)).toThrow(TypeError);
  expect(limiter.takeSync('k').limits.A?.limit).toBe(5);
  limiter.update({ A: { limit: 0, mode: 'shadow' } });
  expect(limiter.takeSync('k')).toMatchObject({ allowed: true, limits: { A: { shadowed: true } } });
});

test('only notes what a shadow limit would have done', async () => {
  const clock = new ManualClock();
  const limiter = createRateLimiter({
    limits: { quiet: { ...perSecond, mode: 'shadow' }, loud: perTen },
    clock,
  });
  for (let call = 0; call < 2; call++) await limiter.take('k');
  const third = await limiter.take('k');
  expect(third).toMatchObject({ allowed: true, retryAfterMs: 0, violated: [] });
  expect(third.limits.quiet).toMatchObject({ shadowed: true, remaining: 0, retryAfterMs: 1_000 });
  await clock.advance(1_000);
  // The enforced one says no: the shadow one is not charged either.
  expect((await limiter.take('k')).allowed).toBe(false);
  expect((await limiter.take('k', { only: ['quiet'] })).limits.quiet?.remaining).toBe(1);
});

test('is soft from the declared share of use on', () => {
  const limiter = createRateLimiter({
    limits: { it: { ...perTen, limit: 10, softAt: 0.8 } },
    clock: new ManualClock(),
  });
  expect(limiter.takeSync('k', { cost: 7 }).soft).toBe(false);
  expect(limiter.takeSync('k').soft).toBe(true);
});

test('takes what each limit costs, by the limit or by the call', async () => {
  const limiter = createRateLimiter({
    limits: { A: { ...perTen, limit: 100 }, B: { ...perTen, limit: 100, cost: (key: string) => key.length } },
    clock: new ManualClock(),
  });
  const left = async (options?: Parameters<typeof limiter.take>[1]) => {
    const { limits } = await limiter.take('four', options);
    return [limits.A?.remaining, limits.B?.remaining];
  };
  expect(await left()).toEqual([99, 96]);
  expect(await left({ cost: 10 })).toEqual([89, 86]);
  expect(await left({ cost: { A: 0 } })).toEqual([89, 82]);
});

test('refuses to take a concurrency limit without a lease', async () => {
  const limiter = createRateLimiter({ limits: { slots: { algorithm: 'concurrency', limit: 2 }, A: perSecond } });
  await expect(limiter.take('k')).rejects.toThrow(/lease/);
  await expect(limiter.wait('k')).rejects.toThrow(TypeError);
  expect(() => limiter.takeSync('k')).toThrow(/lease/);
  expect((await limiter.peek('k', { cost: 0 })).limits.slots).toMatchObject({
    remaining: 2,
    unit: 'concurrent-requests',
  });
  expect((await limiter.take('k', { only: ['A'] })).allowed).toBe(true);
});

test('takes at once only from a store that can', () => {
  const { apply } = memoryStore();
  const limiter = createRateLimiter({ limits: { A: perSecond }, store: { name: 'slow', remote: true, apply } });
  expect(() => limiter.takeSync('k')).toThrow(TypeError);
  const { applySync } = memoryStore();
  const quick = createRateLimiter({
    limits: { A: perSecond },
    store: { name: 'quick', remote: false, apply, applySync },
  });
  expect([1, 2, 3].map(() => quick.takeSync('k').allowed)).toEqual([true, true, false]);
});

test('has no use for a closed limiter', async () => {
  const limiter = createRateLimiter({ limits: { A: perSecond } });
  const decision = limiter.takeSync('k');
  await limiter.close();
  await limiter[Symbol.asyncDispose]();
  const closed = { code: 'XC_RATELIMIT_CLOSED' };
  expect(() => limiter.takeSync('k')).toThrow(expect.objectContaining(closed));
  expect(() => limiter.update({})).toThrow(expect.objectContaining(closed));
  const calls = [
    limiter.take('k'),
    limiter.peek('k'),
    limiter.wait('k'),
    limiter.lease('k'),
    limiter.refund(decision),
    limiter.settle(decision, 1),
    limiter.block('A', 'k', 1),
    limiter.reset('A', 'k'),
  ];
  for (const call of calls) await expect(call).rejects.toMatchObject(closed);
});

test('knows its names in definition order', () => {
  expect(createRateLimiter({ limits: { b: perSecond, a: perSecond } }).names).toEqual(['b', 'a']);
});
