import { expect, test } from 'vitest';
import { systemRandom } from './system-random.ts';

test('draws from [0, 1), also when the method is taken off', () => {
  const { next } = systemRandom;
  const numbers = Array.from({ length: 10_000 }, () => next());
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  expect(new Set(numbers).size).toBeGreaterThan(9_900);
});
