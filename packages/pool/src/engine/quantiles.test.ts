import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Quantiles } from './quantiles.ts';

test('a quantile is at most a quarter above the value that it stands for, and never below', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 500 }),
      fc.constantFrom(0.5, 0.9, 0.95, 1),
      (values, share) => {
        const quantiles = new Quantiles();
        for (const value of values) quantiles.add(value);
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(values.length * share) - 1] ?? 0;
        const seen = quantiles.at(share);
        expect(seen).toBeGreaterThanOrEqual(Math.floor(exact * 1_000) / 1_000);
        expect(seen).toBeLessThanOrEqual(exact * 1.26 + 0.002);
      },
    ),
  );
});

test('nothing is nothing, and what is cleared is gone', () => {
  const quantiles = new Quantiles();
  expect(quantiles.at(0.95)).toBe(0);
  quantiles.add(5);
  quantiles.clear();
  expect([quantiles.total, quantiles.at(0.95)]).toEqual([0, 0]);
});

test('what is old fades', () => {
  const quantiles = new Quantiles();
  for (let times = 0; times < 4_096; times++) quantiles.add(1_000);
  for (let times = 0; times < 40_000; times++) quantiles.add(1);
  expect(quantiles.at(0.95)).toBeLessThan(2);
  expect(quantiles.total).toBeLessThan(4_096);
});

test('half an hour and more is counted as half an hour', () => {
  const quantiles = new Quantiles();
  quantiles.add(1e9);
  expect(quantiles.at(1)).toBeGreaterThan(1_000_000);
});
