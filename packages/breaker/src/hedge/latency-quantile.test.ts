import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LatencyQuantile } from './latency-quantile.ts';

test('is within five percent of the sorted list', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.02, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (latencies, quantile) => {
        const measured = new LatencyQuantile(quantile);
        for (const ms of latencies) measured.record(ms);
        const sorted = [...latencies].sort((one, other) => one - other);
        const exact = sorted[Math.ceil(quantile * sorted.length) - 1] as number;
        expect(Math.abs(measured.value() - exact) / exact).toBeLessThanOrEqual(0.05);
      },
    ),
  );
});

test('takes what is out of range as the nearest it knows', () => {
  const measured = new LatencyQuantile(1);
  expect(measured.value()).toBe(0);
  for (const ms of [0, -1, Number.NaN]) measured.record(ms);
  expect(measured.value()).toBe(0.01);
  measured.record(Number.MAX_VALUE);
  expect(measured.value()).toBeGreaterThan(2 ** 30);
});

test('forgets an old level after a few thousand samples', () => {
  const measured = new LatencyQuantile(0.5);
  for (let sample = 0; sample < 100_000; sample++) measured.record(1_000);
  expect(measured.samples).toBeLessThanOrEqual(4_096);
  for (let sample = 0; sample < 4_096; sample++) measured.record(10);
  expect(measured.value()).toBeLessThan(11);
});
