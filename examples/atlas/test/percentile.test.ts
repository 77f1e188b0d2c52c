import { expect, test } from 'vitest';
import { percentile } from '../src/statistics/percentile.ts';

const oneToHundred = Array.from({ length: 100 }, (_, index) => 100 - index);

test.each([
  [0.5, 50],
  [0.95, 95],
  [0.99, 99],
  [0.001, 1],
  [1, 100],
])('the %d quantile of 1 to 100 is %d', (share, expected) => {
  expect(percentile(oneToHundred, share)).toBe(expected);
});

test('is always one of the samples, never something between two of them', () => {
  expect(percentile([1, 1_000], 0.5)).toBe(1);
  expect(percentile([1, 1_000], 0.51)).toBe(1_000);
  expect(percentile([7], 0.95)).toBe(7);
});

test('sorts by number, not by text', () => {
  expect(percentile([9, 10, 100], 1)).toBe(100);
});

test('has nothing to say without samples', () => {
  expect(percentile([], 0.95)).toBeUndefined();
});
