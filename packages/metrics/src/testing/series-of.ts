import { isDeepStrictEqual } from 'node:util';
import type { Metrics } from '../metrics.ts';

/**
 * The series of one metric: label values, joined by commas, and what they say; of a histogram, how many values there are. Runs no
 * collector.
 *
 * @throws TypeError when there is no such metric.
 *
 * @example
 * ```ts
 * seriesOf(metrics, 'requests_total'); // { 'GET,/x,200': 3 }
 * ```
 */
export function seriesOf(metrics: Metrics, name: string): Readonly<Record<string, number>> {
  const metric = metrics.snapshot().metrics.find((each) => each.name === name);
  if (metric === undefined) throw new TypeError(`there is no metric ${name}`);
  return Object.fromEntries(
    metric.series.map(({ labels, value, count }) => [
      metric.labels.map((label) => labels[label]).join(','),
      value ?? count ?? 0,
    ]),
  );
}

/**
 * Compares the series of one metric with what they should be, whatever their order.
 *
 * @throws Error that shows both.
 */
export function expectSeries(metrics: Metrics, name: string, expected: Readonly<Record<string, number>>): void {
  const got = seriesOf(metrics, name);
  if (isDeepStrictEqual(got, { ...expected })) return;
  throw new Error(`${name} is ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`);
}
