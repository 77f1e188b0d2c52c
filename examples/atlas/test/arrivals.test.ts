import { SeededRandom } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { arrivals } from '../src/load/arrivals.ts';

describe('arrivals', () => {
  test('come as often as asked for, and none after the end', () => {
    const times = [...arrivals(50, 200_000, new SeededRandom(1))];
    expect(times.length).toBeGreaterThan(9_700);
    expect(times.length).toBeLessThan(10_300);
    expect(times.at(-1)).toBeLessThan(200_000);
  });

  test('never go back in time', () => {
    const times = [...arrivals(1_000, 5_000, new SeededRandom(2))];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('have the gaps of a Poisson process: the mean is as large as the deviation', () => {
    const times = [...arrivals(20, 500_000, new SeededRandom(3))];
    const gaps = times.map((at, index) => at - (times[index - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(mean).toBeCloseTo(50, -1);
    expect(deviation / mean).toBeGreaterThan(0.95);
    expect(deviation / mean).toBeLessThan(1.05);
  });

  test('are the same for the same seed', () => {
    const times = (seed: number) => [...arrivals(10, 10_000, new SeededRandom(seed))];
    expect(times(4)).toEqual(times(4));
    expect(times(4)).not.toEqual(times(5));
  });
});
