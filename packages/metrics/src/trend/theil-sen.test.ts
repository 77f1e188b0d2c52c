import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Point, theilSen } from './theil-sen.ts';

const vectors = JSON.parse(readFileSync(new URL('../../test/vectors/metrics.json', import.meta.url), 'utf8'));

test.each<{ points: Point[]; slope: number; intercept: number }>(vectors.theilSen)(
  'the line through %j',
  ({ points, slope, intercept }) => {
    const line = theilSen(points);
    expect(line.slope).toBeCloseTo(slope, 9);
    expect(line.intercept).toBeCloseTo(intercept, 9);
  },
);

test('a line is found whatever the order of its points, and moved by no few outliers', () => {
  const slope = fc.integer({ min: -50, max: 50 });
  fc.assert(
    fc.property(
      slope,
      slope,
      fc.integer({ min: 20, max: 60 }),
      fc.infiniteStream(fc.integer()),
      (a, b, count, noise) => {
        const points = Array.from({ length: count }, (_, x): Point => [x, a * x + b]);
        const outliers = points.slice(0, Math.floor(count / 8)).map(([x]): Point => [x + 0.5, noise.next().value]);
        const line = theilSen([...points.slice(count / 2), ...outliers, ...points.slice(0, count / 2)]);
        expect(Math.abs(line.slope - a)).toBeLessThan(1e-6 + Math.abs(a) * 1e-9);
      },
    ),
    { numRuns: 100 },
  );
});

test('many points are thinned evenly, both ends kept', () => {
  const points = Array.from({ length: 20_000 }, (_, x): Point => [x, x < 10_000 ? 2 * x : 2 * x]);
  const startedAt = performance.now();
  expect(theilSen(points).slope).toBeCloseTo(2, 9);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
