import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createRateLimiter, type Limit, type LimitRule, memoryStore } from '../src/index.ts';
import { modelStore } from '../src/testing/models/model-store.ts';
import vectors from './vectors/ratelimit.json' with { type: 'json' };

const never = (ms: number | string) => (ms === 'never' ? Number.POSITIVE_INFINITY : ms);

describe('decides as the vectors say', () => {
  for (const { name, rule, trace } of vectors.traces) {
    test(name, async () => {
      const clock = new ManualClock();
      const limiter = createRateLimiter({ limits: { it: rule as Limit }, clock });
      for (const { atMs, cost, allowed, remaining, retryAfterMs, resetAfterMs } of trace) {
        await clock.advance(atMs - clock.monotonic());
        const decision = limiter.takeSync('key', { cost });
        expect(decision).toMatchObject({ allowed, retryAfterMs: never(retryAfterMs) });
        expect(decision.limits.it).toMatchObject({ remaining, resetAfterMs, retryAfterMs: never(retryAfterMs) });
      }
    });
  }

  for (const { name, rules, trace } of vectors.multi) {
    test(name, async () => {
      const clock = new ManualClock();
      const limiter = createRateLimiter({ limits: rules as Record<string, Limit>, clock });
      for (const { atMs, cost, remaining, ...expected } of trace) {
        await clock.advance(atMs - clock.monotonic());
        const decision = await limiter.take('key', { cost });
        expect(decision).toMatchObject(expected);
        for (const [limit, left] of Object.entries(remaining)) expect(decision.limits[limit]?.remaining).toBe(left);
      }
    });
  }

  for (const make of [memoryStore, ({ clock }: { clock: ManualClock }) => modelStore(clock)]) {
    test(`concurrency in ${make({ clock: new ManualClock() }).name}`, async () => {
      const clock = new ManualClock();
      const store = make({ clock });
      const { limit, ttlMs, ops } = vectors.concurrency;
      const rule: LimitRule = { algorithm: 'concurrency', limit, ttlMs };
      const op = { name: 'it', key: 'key', rule, cost: 1, enforce: true };
      for (const { atMs, op: what, lease, ok, inUse } of ops) {
        await clock.advance(atMs - clock.monotonic());
        if (what === 'acquire') {
          expect(store.applySync({ kind: 'take', ops: [op], lease: { id: lease } }).allowed).toBe(ok);
        } else {
          const kind = what as 'renew' | 'release';
          expect(store.applySync({ kind, ops: [op], lease: { id: lease } }).changed).toBe(Number(ok));
        }
        if (inUse === undefined) continue;
        const { states } = store.applySync({ kind: 'peek', ops: [{ ...op, cost: 0 }] });
        expect(limit - (states[0]?.remaining ?? 0)).toBe(inUse);
      }
    });
  }

  test('the estimate of a sliding window', async () => {
    for (const { prev, cur, windowMs, elapsedMs, estimate } of vectors.estimate) {
      const clock = new ManualClock();
      const rule = { algorithm: 'sliding', limit: 100, windowMs } as const;
      const limiter = createRateLimiter({ limits: { it: rule }, clock });
      limiter.takeSync('key', { cost: prev });
      await clock.advance(windowMs + elapsedMs);
      limiter.takeSync('key', { cost: cur });
      const left = limiter.takeSync('key', { cost: 0 }).limits.it?.remaining;
      expect(left).toBe(Math.floor(100 - estimate));
    }
  });
});
