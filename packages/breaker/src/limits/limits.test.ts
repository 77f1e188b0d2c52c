import { SeededRandom } from '@xc/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../test/vectors/policies.json' with { type: 'json' };
import { aimdLimit } from './aimd-limit.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { gradient2Limit } from './gradient2-limit.ts';
import { vegasLimit } from './vegas-limit.ts';

const log10 = (limit: number) => Math.max(1, Math.floor(Math.log10(limit)));
const formulas: Readonly<Record<string, (limit: number) => number>> = {
  '3*log10': (limit) => 3 * log10(limit),
  '6*log10': (limit) => 6 * log10(limit),
  'limit/2': (limit) => limit / 2,
};

function readable(options: object): object {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, formulas[value as string] ?? value]));
}

const make: Readonly<Record<keyof typeof vectors.limits, (options: object) => ConcurrencyLimit>> = {
  vegas: vegasLimit,
  aimd: aimdLimit,
  gradient2: gradient2Limit,
};

describe.each(Object.keys(make) as (keyof typeof make)[])('%s', (kind) => {
  test.each(vectors.limits[kind].map((vector, at) => ({ name: `vector ${at}`, ...vector })))(
    'follows $name',
    (vector) => {
      const limit = make[kind](readable(vector.options));
      const seen = vector.samples.map(([rttMs, inFlight, dropped]) => {
        limit.sample(rttMs as number, inFlight as number, dropped as boolean);
        return limit.current;
      });
      expect(seen).toEqual(vector.samples.map((sample) => sample[3]));
    },
  );

  test('stays a whole number between its bounds, whatever it is told', () => {
    const sample = fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.nat({ max: 500 }), fc.boolean());
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 50 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.array(sample, { maxLength: 200 }),
        (initial, above, smoothing, samples) => {
          const max = initial + above;
          const min = kind === 'vegas' ? {} : { min: 1 };
          const limit = make[kind]({ initial, max, ...min, ...(kind === 'aimd' ? {} : { smoothing }) });
          for (const [rttMs, inFlight, dropped] of samples) {
            limit.sample(rttMs, inFlight, dropped);
            expect(limit.current).toSatisfy(Number.isInteger);
            expect(limit.current).toBeGreaterThanOrEqual(1);
            expect(limit.current).toBeLessThanOrEqual(max);
          }
        },
      ),
    );
  });

  test('refuses what it cannot use', () => {
    expect(() => make[kind]({ initial: 0 })).toThrow('initial must be a positive integer, got 0');
    expect(() => make[kind]({ initial: 30, max: 20 })).toThrow(RangeError);
    expect(() => make[kind]({ max: 1.5 })).toThrow(RangeError);
    expect(() => make[kind]({ limit: 5 })).toThrow('unknown option limit');
    expect(make[kind]({ max: 5 }).current).toBe(5);
    expect(() => make[kind]({ clock: null })).toThrow(TypeError);
    const over = kind === 'vegas' ? 1_001 : 201;
    expect(() => make[kind]({ initial: over })).toThrow(/^initial must be from min to max, got/);
    expect(make[kind]({ initial: over - 1 }).current).toBe(over - 1);
    expect(make[kind]({ initial: over, max: over }).current).toBe(over);
  });
});

describe('an AIMD limit', () => {
  test('grows while it is used and shrinks by a share when a call is dropped or slow', () => {
    const limit = aimdLimit({ initial: 100, min: 10 });
    limit.sample(1, 49, false);
    expect(limit.current).toBe(100);
    limit.sample(1, 50, false);
    expect(limit.current).toBe(101);
    limit.sample(1, 50, true);
    expect(limit.current).toBe(90);
    limit.sample(5_000, 1, false);
    expect(limit.current).toBe(90);
    limit.sample(5_001, 50, false);
    expect(limit.current).toBe(81);
    for (let drop = 0; drop < 100; drop++) limit.sample(1, 1, true);
    expect(limit.current).toBe(10);
  });
});

describe('a Vegas limit', () => {
  test('forgets its floor after so many samples, and the next one sets it anew', () => {
    const random = { next: () => 0.999 };
    const limit = vegasLimit({ initial: 10, max: 100, probeEvery: 1, decrease: (present) => present, random });
    limit.sample(1, 10, false);
    for (let sample = 2; sample <= 9; sample++) limit.sample(100, 10, false);
    limit.sample(100, 10, false);
    expect(limit.current).toBe(10);
    limit.sample(100, 10, false);
    expect(limit.current).toBe(16);
  });

  test('takes numbers as steps and functions as the new limit', () => {
    const options = { initial: 50, max: 100, alpha: 10, beta: 20, threshold: 1, random: new SeededRandom(1) };
    const drop = (limit: ConcurrencyLimit) => {
      limit.sample(10, 50, false);
      limit.sample(10, 50, true);
      return limit.current;
    };
    expect(drop(vegasLimit({ ...options, decrease: 7 }))).toBe(43);
    expect(drop(vegasLimit({ ...options, decrease: (limit) => limit - 8 }))).toBe(42);
    const queueing = vegasLimit({ ...options, increase: 3 });
    queueing.sample(10, 50, false);
    queueing.sample(11, 50, false);
    expect(queueing.current).toBe(53);
  });

  test('refuses a step that is no number', () => {
    expect(() => vegasLimit({ alpha: '3' as never })).toThrow("alpha must be a number or a function, got '3'");
    expect(() => vegasLimit({ beta: -1 })).toThrow(RangeError);
    expect(() => vegasLimit({ smoothing: 0 })).toThrow(RangeError);
  });
});

describe('a gradient limit', () => {
  test('shrinks while round trips are longer than the average, by half at most', () => {
    const limit = gradient2Limit({ initial: 100, min: 1, smoothing: 1, queueSize: 0 });
    for (let sample = 0; sample < 20; sample++) limit.sample(10, 100, false);
    expect(limit.current).toBe(100);
    limit.sample(1_000, 100, false);
    expect(limit.current).toBe(50);
  });

  test('refuses a queue that is no count', () => {
    for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => gradient2Limit({ queueSize: wrong })).toThrow(/^queueSize must be a non-negative integer/);
    }
    expect(() => gradient2Limit({ queueSize: '4' as never })).toThrow(TypeError);
  });

  test('refuses a tolerance below 1', () => {
    expect(() => gradient2Limit({ tolerance: 0.9 })).toThrow('tolerance must be at least 1, got 0.9');
  });
});
