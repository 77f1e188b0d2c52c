import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../test/vectors/policies.json' with { type: 'json' };
import { retryBudget } from './retry-budget.ts';
import { tokenRetryBudget } from './token-retry-budget.ts';

describe('a windowed budget', () => {
  test.each(vectors.budgets.windowed)(
    'allows $retries retries of $calls calls at ratio $ratio, $minPerSecond per second',
    (vector) => {
      const { ratio, minPerSecond, windowMs, calls } = vector;
      const budget = retryBudget({ ratio, minPerSecond, windowMs, clock: new ManualClock() });
      let retries = 0;
      for (let call = 0; call < calls; call++) {
        budget.onCall();
        if (budget.tryRetry()) retries += 1;
      }
      expect(Math.abs(retries - vector.retries)).toBeLessThanOrEqual(1);
    },
  );

  test('forgets calls and retries slice by slice', async () => {
    const clock = new ManualClock();
    const budget = retryBudget({ ratio: 0.5, minPerSecond: 0, windowMs: 1_000, clock });
    for (let call = 0; call < 10; call++) budget.onCall();
    await clock.advance(100);
    for (let call = 0; call < 4; call++) budget.onCall();
    expect(budget.balance).toBe(7);
    expect(budget.tryRetry()).toBe(true);
    expect(budget.balance).toBe(6);
    await clock.advance(899);
    expect(budget.balance).toBe(6);
    await clock.advance(1);
    expect(budget.balance).toBe(1);
    await clock.advance(100);
    expect(budget.balance).toBe(0);
    await clock.advance(3_600_000);
    expect(budget.balance).toBe(0);
    expect(budget.tryRetry()).toBe(false);
  });

  test('needs a balance of one', () => {
    const budget = retryBudget({ ratio: 0.2, minPerSecond: 0, clock: new ManualClock() });
    for (let call = 0; call < 4; call++) budget.onCall();
    expect(budget.tryRetry()).toBe(false);
    budget.onCall();
    expect(budget.tryRetry()).toBe(true);
    expect(budget.tryRetry()).toBe(false);
  });

  test('agrees with a list of calls and retries, and is never negative', async () => {
    const step = fc.oneof(
      fc.constant('call' as const),
      fc.constant('retry' as const),
      fc.integer({ min: 1, max: 700 }).map((ms) => ms),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom(0, 0.25, 0.5, 1),
        fc.constantFrom(0, 2, 10),
        async (steps, ratio, minPerSecond) => {
          const clock = new ManualClock();
          const budget = retryBudget({ ratio, minPerSecond, windowMs: 1_000, clock });
          let events: { slice: number; worth: number }[] = [];
          const sliceNow = () => Math.floor(clock.monotonic() / 100);
          const balance = () => {
            events = events.filter(({ slice }) => sliceNow() - slice < 10);
            return Math.max(
              0,
              events.reduce<number>((sum, { worth }) => sum + worth, minPerSecond),
            );
          };
          for (const step of steps) {
            if (step === 'call') {
              budget.onCall();
              events.push({ slice: sliceNow(), worth: ratio });
            } else if (step === 'retry') {
              const affordable = balance() >= 1;
              expect(budget.tryRetry()).toBe(affordable);
              if (affordable) events.push({ slice: sliceNow(), worth: -1 });
            } else {
              await clock.advance(step);
            }
            expect(budget.balance).toBeCloseTo(balance(), 9);
            expect(budget.balance).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('refuses what it cannot use', () => {
    expect(() => retryBudget({ ratio: 1.1 })).toThrow(RangeError);
    expect(() => retryBudget({ ratio: '0.5' as never })).toThrow(TypeError);
    expect(() => retryBudget({ minPerSecond: -1 })).toThrow(RangeError);
    expect(() => retryBudget({ windowMs: 9 })).toThrow('windowMs must be at least 10, got 9');
    expect(() => retryBudget({ rat: 1 } as never)).toThrow('unknown option rat');
  });
});

describe('a token budget', () => {
  test('follows the steps of gRPC proposal A6', () => {
    const { maxTokens, tokenRatio, steps } = vectors.budgets.token;
    const budget = tokenRetryBudget({ maxTokens, tokenRatio });
    for (const { outcomes, balance, allowed } of steps) {
      for (const outcome of outcomes) outcome === 'S' ? budget.onSuccess() : budget.onFailure();
      expect(budget.balance).toBe(balance);
      expect(budget.tryRetry()).toBe(allowed);
    }
  });

  test('stays between nothing and full', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 200 }),
        fc.integer({ min: 1, max: 20 }),
        (outcomes, maxTokens) => {
          const budget = tokenRetryBudget({ maxTokens, tokenRatio: 0.3 });
          for (const ok of outcomes) {
            if (ok) budget.onSuccess();
            else budget.onFailure();
            expect(budget.balance).toBeGreaterThanOrEqual(0);
            expect(budget.balance).toBeLessThanOrEqual(maxTokens);
            expect(budget.tryRetry()).toBe(budget.balance > maxTokens / 2);
          }
        },
      ),
    );
  });

  test('refuses what it cannot use', () => {
    expect(() => tokenRetryBudget({ maxTokens: 0 })).toThrow(RangeError);
    expect(() => tokenRetryBudget({ tokenRatio: Number.NaN })).toThrow(RangeError);
    expect(() => tokenRetryBudget({ tokens: 1 } as never)).toThrow('unknown option tokens');
  });
});
