import { expect, test } from 'vitest';
import { readMetric } from '../src/metrics/read-metric.ts';

test('reads the sum over the series of a page, and of nothing else', () => {
  const page = 'calls_total{a="1"} 2\ncalls_total{a="2"} 3\ncalls_total_more 100\ncalls 1\n';
  expect(readMetric(page, 'calls_total')).toBe(5);
  expect(readMetric(page, 'calls_total', 'a="2"')).toBe(3);
  expect(readMetric(page, 'calls')).toBe(1);
  expect(readMetric(page, 'none')).toBe(0);
});
