import { expect, test } from 'vitest';
import vectors from '../../test/vectors/metrics.json' with { type: 'json' };
import { burnThresholds, errorBudget, objectiveRatio } from './burn-thresholds.ts';

test.for(vectors.burnThresholds)(
  'gives decimal thresholds for $objectivePercent % over $windowDays days',
  ({ objectivePercent, windowDays, want }) => {
    expect(burnThresholds(objectivePercent, windowDays)).toEqual(want);
  },
);

test('looks at 30 days where no period is named', () => {
  expect(burnThresholds(99.9)).toEqual(burnThresholds(99.9, 30));
});

test('keeps every decimal of an objective, and no more', () => {
  expect(errorBudget(99.999999)).toBe(0.00000001);
  expect(objectiveRatio(99.999999)).toBe(0.99999999);
  expect(burnThresholds(99.999999).map(({ ratio }) => ratio)).toEqual([1.44e-7, 6e-8, 3e-8, 1e-8]);
});

test('refuses an objective that is none', () => {
  for (const objective of [0, 100, -1, 101, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => burnThresholds(objective)).toThrow(RangeError);
    expect(() => burnThresholds(objective)).toThrow(`objectivePercent must be above 0 and below 100, got ${objective}`);
  }
  expect(() => burnThresholds(99.1234567)).toThrow('objectivePercent must have at most 6 decimals, got 99.1234567');
});

test('refuses a period outside 7 to 90 whole days', () => {
  for (const days of [3, 6, 91, 7.5, Number.NaN]) {
    expect(() => burnThresholds(99, days)).toThrow(
      new RangeError(`windowDays must be an integer from 7 to 90, got ${days}`),
    );
  }
});
