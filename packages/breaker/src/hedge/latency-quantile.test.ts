import { SeededRandom } from '@xc/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LatencyQuantile } from './latency-quantile.ts';

test('is within two percent of the sorted list', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.02, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (latencies, quantile) => {
        const measured = new LatencyQuantile(quantile);
        for (const ms of latencies) measured.answered(ms);
        const sorted = [...latencies].sort((one, other) => one - other);
        const exact = sorted[Math.ceil(quantile * sorted.length - 1e-7) - 1] as number;
        expect(Math.abs(measured.value() - exact) / exact).toBeLessThanOrEqual(0.02);
      },
    ),
  );
});

test('takes what is out of range as the nearest it knows', () => {
  const measured = new LatencyQuantile(1);
  expect(measured.value()).toBe(0);
  for (const ms of [0, -1, Number.NaN]) measured.answered(ms);
  expect(measured.value()).toBe(0.01);
  measured.answered(Number.MAX_VALUE);
  expect(measured.value()).toBeGreaterThan(2 ** 30);
});

test('forgets an old level after a few thousand samples', () => {
  const measured = new LatencyQuantile(0.5);
  for (let sample = 0; sample < 100_000; sample++) measured.answered(1_000);
  expect(measured.samples).toBeLessThanOrEqual(4_096);
  for (let sample = 0; sample < 4_096; sample++) measured.answered(10);
  expect(measured.value()).toBeLessThan(11);
});

describe('an attempt that was given up', () => {
  const near = (ms: number) => [ms / 1.02, ms * 1.02] as const;
  const expectNear = (value: number, ms: number) => {
    const [low, high] = near(ms);
    expect(value).toBeGreaterThanOrEqual(low);
    expect(value).toBeLessThanOrEqual(high);
  };

  test('is no sample, and no answer after the time it was waited for', () => {
    const measured = new LatencyQuantile(0.5);
    for (let call = 0; call < 100; call++) {
      measured.answered(100);
      measured.outlasted(1);
    }
    expect(measured.samples).toBe(100);
    expectNear(measured.value(), 100);
  });

  test('counts as one that takes longer: half of ten answers and ten that outlast them all', () => {
    const measured = new LatencyQuantile(0.4);
    for (let call = 1; call <= 10; call++) measured.answered(call * 10);
    for (let call = 0; call < 10; call++) measured.outlasted(500);
    // 0.4 of twenty is the eighth answer, not the fourth.
    expectNear(measured.value(), 80);
  });

  test('shifts the estimate above the longest wait when too many were given up to know', () => {
    const measured = new LatencyQuantile(0.95);
    for (let call = 0; call < 80; call++) measured.answered(10);
    for (let call = 0; call < 20; call++) measured.outlasted(200);
    expect(measured.value()).toBeGreaterThan(200);
    expect(measured.value()).toBeLessThan(200 * 1.05);
  });

  test('leaves the estimate where it belongs when attempts are given up at random', () => {
    const random = new SeededRandom(7);
    for (const quantile of [0.5, 0.9, 0.95]) {
      const measured = new LatencyQuantile(quantile);
      for (let call = 0; call < 4_000; call++) {
        const latencyMs = -100 * Math.log(1 - random.next());
        const waitedMs = -200 * Math.log(1 - random.next());
        if (latencyMs <= waitedMs) measured.answered(latencyMs);
        else measured.outlasted(waitedMs);
      }
      const exact = -100 * Math.log(1 - quantile);
      expect(Math.abs(measured.value() - exact) / exact).toBeLessThan(0.15);
    }
  });
});
