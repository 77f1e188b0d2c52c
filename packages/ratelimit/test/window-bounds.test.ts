import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRateLimiter, type Limit, type LimitRule } from '../src/index.ts';

interface Granted {
  readonly at: number;
  readonly cost: number;
}

const L = 10;
const W = 1_000;

/** Most units in any window of `W` that a rule may let through. */
const bounds: readonly (readonly [LimitRule, number])[] = [
  [{ algorithm: 'log', limit: L, windowMs: W }, L],
  [{ algorithm: 'sliding', limit: L, windowMs: W }, 1.5 * L - 1e-9],
  [{ algorithm: 'fixed', limit: L, windowMs: W }, 2 * L],
  [{ algorithm: 'fixed', limit: L, windowMs: W, aligned: true }, 2 * L],
  [{ limit: L, windowMs: W, burst: 4 }, L + 4],
  [{ algorithm: 'bucket', limit: L, windowMs: W, burst: 4 }, L + 4],
  [{ algorithm: 'bucket', limit: L, windowMs: W, burst: 4, refill: 'interval' }, 2 * L + 4],
];

const traffic = fc.array(
  fc.record({ afterMs: fc.integer({ min: 0, max: 400 }), cost: fc.integer({ min: 1, max: 6 }) }),
  {
    minLength: 1,
    maxLength: 150,
  },
);

describe('lets no more through in any window than', () => {
  for (const [rule, most] of bounds) {
    test(`${most} by ${JSON.stringify(rule)}`, async () => {
      await fc.assert(
        fc.asyncProperty(traffic, fc.integer({ min: 1, max: 40 }), async (calls, pace) => {
          const clock = new ManualClock(1_800_000_000_000);
          const limiter = createRateLimiter({ limits: { it: rule as Limit }, clock });
          const granted: Granted[] = [];
          for (const { afterMs, cost } of calls) {
            await clock.advance(Math.floor(afterMs / pace));
            if (limiter.takeSync('k', { cost }).allowed) granted.push({ at: clock.monotonic(), cost });
          }
          for (const [first, { at }] of granted.entries()) {
            const inWindow = granted.slice(first).filter((one) => one.at < at + W);
            expect(inWindow.reduce((sum, { cost }) => sum + cost, 0)).toBeLessThanOrEqual(most);
          }
        }),
        { numRuns: 100 },
      );
    });
  }
});

describe('says exactly when the same call is allowed', () => {
  const rules: readonly LimitRule[] = [
    ...bounds.map(([rule]) => rule),
    { limit: 7, windowMs: 60_000 },
    { limit: 999_983, windowMs: 1_000_003, burst: 5 },
    { algorithm: 'bucket', limit: 3, windowMs: 1_009, burst: 8 },
    { algorithm: 'sliding', limit: 13, windowMs: 7_919 },
    { algorithm: 'quota', limit: 9, per: 'day', timeZone: 'Europe/Berlin' },
  ];
  for (const rule of rules) {
    test(`by ${JSON.stringify(rule)}`, async () => {
      const start = fc.integer({ min: 0, max: 2_000_000_000 });
      await fc.assert(
        fc.asyncProperty(
          traffic,
          start,
          fc.double({ min: 0, max: 50, noNaN: true }),
          async (calls, seconds, stretch) => {
            const clock = new ManualClock(seconds * 1_000);
            await clock.advance(seconds % 100_000);
            const limiter = createRateLimiter({ limits: { it: rule as Limit }, clock });
            for (const { afterMs, cost } of calls.slice(0, 40)) {
              await clock.advance(Math.floor(afterMs * stretch) / 1_000);
              const { allowed, retryAfterMs } = limiter.takeSync('k', { cost });
              if (allowed || retryAfterMs === Number.POSITIVE_INFINITY) continue;
              expect(Number.isInteger(retryAfterMs) && retryAfterMs > 0).toBe(true);
              await clock.advance(retryAfterMs - 1);
              expect(limiter.takeSync('k', { cost }).allowed).toBe(false);
              await clock.advance(1);
              expect(limiter.takeSync('k', { cost }).allowed).toBe(true);
            }
          },
        ),
        { numRuns: 60 },
      );
    });
  }
});
