import { expect, test } from 'vitest';
import { SeededRandom } from './seeded-random.ts';

const draw = (seed: number, count: number) => {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

test('gives the same numbers for the same seed, others for another', () => {
  expect(draw(42, 5)).toEqual(draw(42, 5));
  expect(draw(42, 5)).not.toEqual(draw(43, 5));
});

test('keeps its numbers from version to version, so that a printed seed stays good', () => {
  expect(draw(1, 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
});

test.each([0, 1, -1, 2 ** 31, 123_456_789])('spreads evenly over [0, 1) with seed %d', (seed) => {
  const numbers = draw(seed, 100_000);
  expect(Math.min(...numbers.slice(0, 1_000))).toBeGreaterThanOrEqual(0);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  const tenths = new Array(10).fill(0);
  for (const number of numbers) tenths[Math.floor(number * 10)] += 1;
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, '5'])('refuses the seed %s', (seed) => {
  expect(() => new SeededRandom(seed as number)).toThrow(new TypeError(`seed must be an integer, got ${seed}`));
});
