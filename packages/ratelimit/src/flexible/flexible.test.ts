import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRateLimiter } from '../limiter/create-rate-limiter.ts';
import { flexible } from './flexible.ts';
import type { FlexibleLimiter, FlexibleResult } from './flexible-limiter.ts';

const POINTS = 5;
const SECONDS = 10;

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: 0 }));
afterEach(() => void vi.useRealTimers());

/** Ours beside theirs, on clocks that go together. */
function sideBySide() {
  const clock = new ManualClock();
  const rule = { algorithm: 'fixed', limit: POINTS, windowMs: SECONDS * 1_000 } as const;
  const ours = flexible(createRateLimiter({ limits: { points: rule }, clock }));
  const theirs = new RateLimiterMemory({ points: POINTS, duration: SECONDS });
  return {
    ours,
    theirs: theirs as unknown as FlexibleLimiter,
    async advance(ms: number) {
      await clock.advance(ms);
      vi.advanceTimersByTime(ms);
    },
  };
}

async function outcomeOf(call: Promise<FlexibleResult>) {
  const [allowed, result] = await call.then(
    (value) => [true, value] as const,
    (thrown: FlexibleResult) => [false, thrown] as const,
  );
  const { remainingPoints, msBeforeNext, consumedPoints, isFirstInDuration } = result;
  // Theirs counts what it has refused as well; that is what is put right.
  return { allowed, remainingPoints, msBeforeNext, ...(allowed && { consumedPoints, isFirstInDuration }) };
}

describe('flexible', () => {
  test('answers single points as rate-limiter-flexible does, over any course of time', async () => {
    const step = fc.oneof(fc.constantFrom('ada', 'bob'), fc.integer({ min: 1, max: 6_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { ours, theirs, advance } = sideBySide();
        for (const one of steps) {
          if (typeof one === 'number') await advance(one);
          else expect(await outcomeOf(ours.consume(one))).toEqual(await outcomeOf(theirs.consume(one)));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('answers several points as rate-limiter-flexible does, up to the first refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 8 }), async (costs) => {
        const { ours, theirs } = sideBySide();
        for (const cost of costs) {
          const [own, other] = [
            await outcomeOf(ours.consume('ada', cost)),
            await outcomeOf(theirs.consume('ada', cost)),
          ];
          expect(own.allowed).toBe(other.allowed);
          if (!own.allowed) return;
          expect(own).toEqual(other);
        }
      }),
    );
  });

  test('consumes nothing when it refuses, unlike its model', async () => {
    const { ours, theirs } = sideBySide();
    for (const limiter of [ours, theirs]) await limiter.consume('ada', 4);
    expect(await ours.consume('ada', 3).catch((refused) => refused)).toEqual({
      remainingPoints: 1,
      msBeforeNext: 10_000,
      consumedPoints: 4,
      isFirstInDuration: false,
    });
    await theirs.consume('ada', 3).catch(() => {});
    expect((await ours.consume('ada')).remainingPoints).toBe(0);
    await expect(theirs.consume('ada')).rejects.toMatchObject({ consumedPoints: 8 });
  });

  test('says how a key stands, or null', async () => {
    const { ours, theirs, advance } = sideBySide();
    for (const limiter of [ours, theirs]) {
      expect(await limiter.get('ada')).toBeNull();
      await limiter.consume('ada', 2);
    }
    await advance(4_000);
    const own = await ours.get('ada');
    expect(own).toEqual({ remainingPoints: 3, msBeforeNext: 6_000, consumedPoints: 2, isFirstInDuration: false });
    expect(await theirs.get('ada')).toMatchObject(own ?? {});
    await advance(6_000);
    expect([await ours.get('ada'), await theirs.get('ada')]).toEqual([null, null]);
  });

  test('takes points away whatever is left', async () => {
    const { ours, theirs, advance } = sideBySide();
    for (const limiter of [ours, theirs]) {
      expect(await limiter.penalty('ada', 3)).toMatchObject({ remainingPoints: 2 });
      expect(await limiter.penalty('ada', 4)).toMatchObject({ remainingPoints: 0 });
    }
    expect(await outcomeOf(ours.consume('ada'))).toEqual(await outcomeOf(theirs.consume('ada')));
    await advance(10_000);
    expect(await outcomeOf(ours.consume('ada'))).toEqual(await outcomeOf(theirs.consume('ada')));
  });

  test('gives back what it has consumed, never above full', async () => {
    const { ours, theirs } = sideBySide();
    for (const limiter of [ours, theirs]) {
      await limiter.consume('ada', 2);
      await limiter.consume('ada', 2);
      expect(await limiter.reward('ada', 3)).toMatchObject({ remainingPoints: 4 });
    }
    // Of the first charge one point has been given back, and a charge is corrected once.
    expect(await ours.reward('ada', 9)).toMatchObject({ remainingPoints: 4 });
    await ours.consume('bob', 2);
    expect(await ours.reward('bob', 9)).toMatchObject({ remainingPoints: 5, consumedPoints: 0 });
    expect(await ours.reward('nobody')).toMatchObject({ remainingPoints: 5 });
  });

  test('refuses a blocked key until the block ends', async () => {
    const { ours, theirs, advance } = sideBySide();
    for (const limiter of [ours, theirs]) {
      expect(await limiter.block('ada', 12)).toMatchObject({
        remainingPoints: 0,
        msBeforeNext: 12_000,
        consumedPoints: 6,
      });
    }
    await advance(11_999);
    expect(await outcomeOf(ours.consume('ada'))).toEqual(await outcomeOf(theirs.consume('ada')));
    expect((await ours.get('ada'))?.consumedPoints).toBeGreaterThan(POINTS);
    await advance(1);
    expect(await outcomeOf(ours.consume('ada'))).toEqual(await outcomeOf(theirs.consume('ada')));
    expect((await ours.block('bob', 0)).msBeforeNext).toBe(315_360_000_000);
  });

  test('forgets a key, and says whether there was one', async () => {
    const { ours, theirs } = sideBySide();
    for (const limiter of [ours, theirs]) {
      expect(await limiter.delete('ada')).toBe(false);
      await limiter.consume('ada', 5);
      expect(await limiter.delete('ada')).toBe(true);
      expect((await limiter.consume('ada', 5)).remainingPoints).toBe(0);
    }
    await ours.block('ada', 60);
    expect(await ours.delete('ada')).toBe(true);
    expect((await ours.consume('ada')).remainingPoints).toBe(4);
  });

  test('gives a time that one can count with where waiting cannot help', async () => {
    const { ours, theirs } = sideBySide();
    const refused = (limiter: FlexibleLimiter) => limiter.consume('ada', 6).catch(({ msBeforeNext }) => msBeforeNext);
    expect([await refused(ours), await refused(theirs)]).toEqual([10_000, 10_000]);
  });

  test('takes numbers for keys', async () => {
    const { ours } = sideBySide();
    await ours.consume(7, 2);
    expect((await ours.get('7'))?.consumedPoints).toBe(2);
  });

  test('takes a limiter with one limit', () => {
    const rule = { limit: 1, windowMs: 1 };
    expect(() => flexible(createRateLimiter({ limits: { a: rule, b: rule } }))).toThrow(
      new TypeError('limiter must have one limit, got 2'),
    );
  });
});
