import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Backoff, constantBackoff, decorrelatedBackoff, exponentialBackoff } from './backoff.ts';
import { SeededRandom } from './testing/seeded-random.ts';

const half = { next: () => 0.5 };

describe('constantBackoff', () => {
  test('waits the same after every try', () => {
    const backoff = constantBackoff(250);
    expect([1, 2, 10_000].map((attempt) => backoff.delayMs(attempt, half))).toEqual([250, 250, 250]);
  });

  test('may wait not at all', () => {
    expect(constantBackoff(0).delayMs(1, half)).toBe(0);
  });
});

describe('exponentialBackoff', () => {
  const delays = (backoff: Backoff, random = half) => [1, 2, 3, 4, 5].map((n) => backoff.delayMs(n, random));

  test('doubles up to the cap without jitter', () => {
    expect(delays(exponentialBackoff({ baseMs: 100, capMs: 1_000, jitter: 'none' }))).toEqual([
      100, 200, 400, 800, 1_000,
    ]);
  });

  test('grows by the factor it is given', () => {
    expect(delays(exponentialBackoff({ baseMs: 10, capMs: 1_000, factor: 3, jitter: 'none' }))).toEqual([
      10, 30, 90, 270, 810,
    ]);
    expect(delays(exponentialBackoff({ baseMs: 10, capMs: 1_000, factor: 1, jitter: 'none' }))).toEqual([
      10, 10, 10, 10, 10,
    ]);
  });

  test('draws from the whole delay with full jitter, which is the default', () => {
    const options = { baseMs: 100, capMs: 1_000 };
    expect(delays(exponentialBackoff(options))).toEqual([50, 100, 200, 400, 500]);
    expect(delays(exponentialBackoff({ ...options, jitter: 'full' }), { next: () => 0 })).toEqual([0, 0, 0, 0, 0]);
  });

  test('keeps at least half of the delay with equal jitter', () => {
    const backoff = exponentialBackoff({ baseMs: 100, capMs: 1_000, jitter: 'equal' });
    expect(delays(backoff, { next: () => 0 })).toEqual([50, 100, 200, 400, 500]);
    expect(delays(backoff)).toEqual([75, 150, 300, 600, 750]);
  });

  test('draws nothing without jitter', () => {
    const never = {
      next: () => {
        throw new Error('drawn');
      },
    };
    expect(exponentialBackoff({ baseMs: 5, capMs: 9, jitter: 'none' }).delayMs(1, never)).toBe(5);
  });
});

describe('decorrelatedBackoff', () => {
  const vectors: { baseMs: number; random: number; delaysMs: number[] } = JSON.parse(
    readFileSync(new URL('../test/vectors/backoff.json', import.meta.url), 'utf8'),
  );

  test('gives the delays of Polly V2', () => {
    const backoff = decorrelatedBackoff({ baseMs: vectors.baseMs, capMs: 1e9 });
    vectors.delaysMs.forEach((expected, index) => {
      expect(backoff.delayMs(index + 1, { next: () => vectors.random })).toBeCloseTo(expected, 3);
    });
  });

  test('spreads each delay as Polly does, which remembers its last draw', () => {
    const random = new SeededRandom(7);
    const backoff = decorrelatedBackoff({ baseMs: 1_000, capMs: 1e9 });
    const curve = (t: number) => 2 ** t * Math.tanh(Math.sqrt(4 * t));
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let run = 0; run < 20_000; run++) {
      ours.push(backoff.delayMs(3, random));
      const before = curve(1 + random.next());
      theirs.push(((curve(2 + random.next()) - before) / 1.4) * 1_000);
    }
    for (const sample of [ours, theirs]) sample.sort((a, b) => a - b);
    for (const quantile of [0.1, 0.5, 0.9]) {
      const at = Math.floor(quantile * ours.length);
      expect((ours[at] ?? 0) / (theirs[at] ?? 1)).toBeCloseTo(1, 1);
    }
  });
});

describe('every back-off', () => {
  const makers: Record<string, (baseMs: number, capMs: number, factor: number) => Backoff> = {
    none: (baseMs, capMs, factor) => exponentialBackoff({ baseMs, capMs, factor, jitter: 'none' }),
    full: (baseMs, capMs, factor) => exponentialBackoff({ baseMs, capMs, factor, jitter: 'full' }),
    equal: (baseMs, capMs, factor) => exponentialBackoff({ baseMs, capMs, factor, jitter: 'equal' }),
    decorrelated: (baseMs, capMs) => decorrelatedBackoff({ baseMs, capMs }),
  };

  test.each(Object.keys(makers))('stays between 0 and the cap for any attempt: %s', (kind) => {
    const inputs = fc.record({
      baseMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
      capMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      attempt: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 100_000 })),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(inputs, ({ baseMs, capMs, factor, attempt, seed }) => {
        const delay = makers[kind]?.(baseMs, capMs, factor).delayMs(attempt, new SeededRandom(seed));
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(capMs);
      }),
    );
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses attempt %s', (attempt) => {
    const said = `attempt must be a positive integer, got ${attempt}`;
    const options = { baseMs: 1, capMs: 2 };
    for (const backoff of [constantBackoff(1), exponentialBackoff(options), decorrelatedBackoff(options)]) {
      expect(() => backoff.delayMs(attempt, half)).toThrow(new RangeError(said));
    }
  });
});

describe('bad options', () => {
  const good = { baseMs: 1, capMs: 2 };
  test.each<[string, () => unknown, Error]>([
    ['-1', () => constantBackoff(-1), new RangeError('ms must be a finite number of at least 0, got -1')],
    ['NaN', () => constantBackoff(Number.NaN), new RangeError('ms must be a finite number of at least 0, got NaN')],
    ['text', () => constantBackoff('5' as never), new TypeError('ms must be a number, got string 5')],
    ['none', () => exponentialBackoff(undefined as never), new TypeError('options must be an object, got undefined')],
    [
      'no base',
      () => exponentialBackoff({ capMs: 5 } as never),
      new TypeError('baseMs must be a number, got undefined undefined'),
    ],
    [
      'endless cap',
      () => exponentialBackoff({ ...good, capMs: Number.POSITIVE_INFINITY }),
      new RangeError('capMs must be a finite number of at least 0, got Infinity'),
    ],
    [
      'shrinking factor',
      () => exponentialBackoff({ ...good, factor: 0.5 }),
      new RangeError('factor must be a finite number of at least 1, got 0.5'),
    ],
    [
      'unknown jitter',
      () => exponentialBackoff({ ...good, jitter: 'toString' as never }),
      new TypeError('jitter must be none, full or equal, got toString'),
    ],
    ['misspelt name', () => exponentialBackoff({ ...good, factr: 3 } as never), new TypeError('unknown option factr')],
    [
      'foreign name',
      () => decorrelatedBackoff({ ...good, factor: 3 } as never),
      new TypeError('unknown option factor'),
    ],
  ])('are refused by name and value: %s', (_what, make, error) => {
    expect(make).toThrow(error);
    expect(make).toThrow(error.constructor as new () => Error);
  });
});

test('a decorrelated back-off without a base waits for nothing, however late', () => {
  expect(decorrelatedBackoff({ baseMs: 0, capMs: 10 }).delayMs(5_000, { next: () => 0.5 })).toBe(0);
});

test('names a jitter that is no string', () => {
  expect(() => exponentialBackoff({ baseMs: 1, capMs: 2, jitter: Symbol('x') as never })).toThrow('got Symbol(x)');
});
