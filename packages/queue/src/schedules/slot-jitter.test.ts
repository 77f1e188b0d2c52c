import { expect, test } from 'vitest';
import { slotJitterMs } from './slot-jitter.ts';

test('says the same of a slot in every process', () => {
  expect(slotJitterMs('nightly', 1_800_000_000_000, 60_000)).toBe(slotJitterMs('nightly', 1_800_000_000_000, 60_000));
  expect(slotJitterMs('nightly', 1_800_000_000_000, 0)).toBe(0);
});

test('spreads slots of one schedule and schedules of one slot over the whole of the jitter', () => {
  const tenths = (values: readonly number[]) => {
    const counts = new Array<number>(10).fill(0);
    for (const value of values) counts[Math.floor(value / 100)] = (counts[Math.floor(value / 100)] ?? 0) + 1;
    return counts;
  };
  const bySlot = Array.from({ length: 10_000 }, (_, index) => slotJitterMs('tick', index * 60_000, 1_000));
  const byName = Array.from({ length: 10_000 }, (_, index) => slotJitterMs(`tick-${index}`, 60_000, 1_000));
  for (const counts of [tenths(bySlot), tenths(byName)]) {
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
  }
});
