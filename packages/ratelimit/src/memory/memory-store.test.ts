import { systemClock } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createRateLimiter } from '../limiter/create-rate-limiter.ts';
import type { LimitOp } from '../store/limit-op.ts';
import { memoryStore } from './memory-store.ts';

const op = (key: string, more: Partial<LimitOp> = {}): LimitOp => ({
  name: 'it',
  key,
  rule: { algorithm: 'fixed', limit: 5, windowMs: 10_000 },
  cost: 1,
  enforce: true,
  ...more,
});

/** Opens a store and says what it remembers of a key. */
function opened(maxKeys: number) {
  const clock = new ManualClock(1_800_000_000_000);
  const store = memoryStore({ clock, maxKeys });
  const take = (key: string, more?: Partial<LimitOp>) => store.applySync({ kind: 'take', ops: [op(key, more)] });
  const used = (key: string) =>
    5 - (store.applySync({ kind: 'peek', ops: [op(key, { cost: 0 })] }).states[0]?.remaining ?? 0);
  return { clock, store, take, used };
}

describe('is bounded by maxKeys', () => {
  test('and lets go of the key used least recently', () => {
    const { take, used } = opened(3);
    for (const key of ['a', 'b', 'c', 'a', 'd']) take(key);
    expect(['a', 'b', 'c', 'd'].map(used)).toEqual([2, 0, 1, 1]);
  });

  test('but of an expired key first, however lately it was used', async () => {
    const { clock, take, used } = opened(3);
    take('a');
    take('b');
    take('c', { rule: { algorithm: 'fixed', limit: 5, windowMs: 100 } });
    await clock.advance(200);
    take('d');
    expect(['a', 'b', 'd'].map(used)).toEqual([1, 1, 1]);
  });

  test('and keeps a blocked key while there is another to let go of', async () => {
    const { clock, store, take } = opened(3);
    store.applySync({ kind: 'block', ops: [op('bad')], blockMs: 60_000 });
    for (let key = 0; key < 10; key++) take(`key ${key}`);
    expect(take('bad').states[0]).toMatchObject({ allowed: false, blocked: true, retryAfterMs: 60_000 });
    await clock.advance(60_000);
    expect(take('bad').allowed).toBe(true);
  });

  test('even when nothing but blocked keys is left', () => {
    const { store, take } = opened(3);
    for (let key = 0; key < 10; key++) store.applySync({ kind: 'block', ops: [op(`bad ${key}`)], blockMs: 60_000 });
    expect(take('bad 9').allowed).toBe(false);
    expect(take('bad 0').allowed).toBe(true);
  });

  test('when the ops of one step take the room of each other', () => {
    const { store } = opened(2);
    const ops = ['a', 'b', 'c', 'd'].map((name) => op('k', { name }));
    for (let call = 0; call < 20; call++) {
      const { states } = store.applySync({ kind: 'take', ops });
      expect(states.every(({ remaining }) => remaining <= 4)).toBe(true);
    }
  });

  test('over a million keys, in steady time', () => {
    const store = memoryStore({ maxKeys: 100_000 });
    const times = new Float64Array(1_000_000);
    for (let key = 0; key < times.length; key++) {
      const ops = [op(`key ${key}`)];
      const start = systemClock.monotonic();
      store.applySync({ kind: 'take', ops });
      times[key] = systemClock.monotonic() - start;
    }
    times.sort();
    expect(times[990_000]).toBeLessThan(20 * (times[500_000] as number));
    const remembered = (key: number) =>
      store.applySync({ kind: 'peek', ops: [op(`key ${key}`, { cost: 0 })] }).states[0]?.remaining === 4;
    expect(remembered(900_000)).toBe(true);
    expect(remembered(899_999)).toBe(false);
  });
});

test('keeps no timer', async () => {
  const { clock, take } = opened(3);
  for (let key = 0; key < 100; key++) take(`key ${key}`);
  expect(clock.pending).toBe(0);
});

test('asks for a number of keys that can be', () => {
  for (const maxKeys of [0, -1, 1.5, Number.NaN, '5' as never]) {
    expect(() => memoryStore({ maxKeys })).toThrow(/^maxKeys must be/);
  }
});

describe('goes by the monotonic clock', () => {
  const limits = {
    gcra: { limit: 2, windowMs: 10_000 },
    bucket: { algorithm: 'bucket', limit: 2, windowMs: 10_000 },
    interval: { algorithm: 'bucket', limit: 2, windowMs: 10_000, refill: 'interval' },
    sliding: { algorithm: 'sliding', limit: 2, windowMs: 10_000 },
    fixed: { algorithm: 'fixed', limit: 2, windowMs: 10_000 },
    log: { algorithm: 'log', limit: 2, windowMs: 10_000 },
  } as const;

  for (const jump of [-3_600_000, 3_600_000]) {
    test(`whatever the other one does: ${jump} ms`, async () => {
      const clock = new ManualClock(1_800_000_000_000);
      const limiter = createRateLimiter({ limits, clock });
      const still = createRateLimiter({ limits, clock: new ManualClock(1_800_000_000_000) });
      for (let call = 0; call < 2; call++) limiter.takeSync('a');
      for (let call = 0; call < 2; call++) still.takeSync('a');
      clock.set(clock.now() + jump);
      const { decidedAt, ...decision } = limiter.takeSync('a');
      expect(decision).toEqual({ ...still.takeSync('a'), decidedAt: undefined });
      expect(decidedAt).toBe(1_800_000_000_000 + jump);
    });
  }

  for (const rule of [
    { algorithm: 'fixed', limit: 2, windowMs: 60_000, aligned: true },
    { algorithm: 'quota', limit: 2, per: 'day' },
  ] as const) {
    test(`and neither locks out nor grants more when the wall clock of ${rule.algorithm} goes back`, async () => {
      const clock = new ManualClock(Date.parse('2026-03-02T00:00:30Z'));
      const limiter = createRateLimiter({ limits: { it: rule }, clock });
      limiter.takeSync('a', { cost: 2 });
      const leftMs = limiter.takeSync('a').retryAfterMs;
      clock.set(clock.now() - 3_600_000);
      // The day is still to come, all of it; the minute would have been over by then.
      const retryAfterMs = rule.algorithm === 'quota' ? leftMs + 3_600_000 : leftMs;
      expect(limiter.takeSync('a')).toMatchObject({ allowed: false, retryAfterMs });
      await clock.advance(retryAfterMs - 1);
      expect(limiter.takeSync('a').allowed).toBe(false);
      await clock.advance(1);
      expect(limiter.takeSync('a').allowed).toBe(true);
    });
  }
});

describe('is exact', () => {
  for (const origin of [0, 1e9, 1e12]) {
    test(`for a clock whose origin is ${origin}`, async () => {
      const clock = new ManualClock();
      await clock.advance(origin);
      const limiter = createRateLimiter({
        limits: { it: { limit: 1e9, windowMs: 60_000, burst: 3 } },
        clock,
      });
      const admitted = Array.from({ length: 5 }, () => limiter.takeSync('a').allowed);
      expect(admitted).toEqual([true, true, true, false, false]);
    });
  }

  test('where a third of a second has no exact number', () => {
    const limiter = createRateLimiter({ limits: { it: { limit: 7, windowMs: 60_000 } }, clock: new ManualClock() });
    expect(limiter.takeSync('a', { cost: 2 }).limits.it?.remaining).toBe(5);
    expect(limiter.takeSync('a', { cost: 5 }).limits.it).toMatchObject({ remaining: 0, resetAfterMs: 60_000 });
  });

  test('and the part of a millisecond at which a window began adds none to it', async () => {
    const clock = new ManualClock();
    await clock.advance(0.1);
    const limiter = createRateLimiter({ limits: { it: { algorithm: 'fixed', limit: 1, windowMs: 1_000 } }, clock });
    limiter.takeSync('a');
    await clock.advance(999);
    expect(limiter.takeSync('a').retryAfterMs).toBe(1);
    await clock.advance(1);
    expect(limiter.takeSync('a').allowed).toBe(true);
  });
});
