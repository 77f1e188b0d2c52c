import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  createMetrics,
  exponentialBuckets,
  linearBuckets,
  lintDeclarations,
  negotiateExposition,
} from '../src/index.ts';
import { familiesOf, openMetrics, textOf } from './scraped.ts';

const vectors = JSON.parse(readFileSync(new URL('./vectors/metrics.json', import.meta.url), 'utf8'));
const quiet = { selfMetrics: false };

describe('the exposition', () => {
  test.each<{ value: string; text: string }>(vectors.labelEscapes)(
    'writes the label value %j',
    async ({ value, text }) => {
      const metrics = createMetrics(quiet);
      metrics
        .gauge({ name: 'a', help: 'A.', labels: ['x'] })
        .at(value)
        .set(1);
      expect(await textOf(metrics)).toContain(`a{x="${text}"} 1\n`);
      expect(await textOf(metrics, openMetrics)).toContain(`a{x="${text}"} 1\n`);
    },
  );

  test.each<{ help: string; text: string; openmetrics: string }>(vectors.helpEscapes)(
    'writes the help %j',
    async ({ help, text, openmetrics }) => {
      const metrics = createMetrics(quiet);
      metrics.gauge({ name: 'a', help });
      expect(await textOf(metrics)).toContain(`# HELP a ${text}\n`);
      expect(await textOf(metrics, openMetrics)).toContain(`# HELP a ${openmetrics}\n`);
    },
  );

  test.each<{ value: string; text: string }>(vectors.numbers)('writes the number %j', async ({ value, text }) => {
    const metrics = createMetrics(quiet);
    metrics.gauge({ name: 'a', help: 'A.' }).at().set(Number(value));
    expect(await textOf(metrics)).toContain(`\na ${text}\n`);
    expect(await textOf(metrics, openMetrics)).toContain(`\na ${text}\n`);
  });

  test.each<{ bound: number; le: string; textLe: string }>(vectors.canonicalLe)(
    'writes the bound %j',
    async ({ bound, le, textLe }) => {
      const metrics = createMetrics(quiet);
      metrics.histogram({ name: 'a', help: 'A.', buckets: [bound] });
      expect(await textOf(metrics)).toContain(`a_bucket{le="${textLe}"} 0\n`);
      expect(await textOf(metrics, openMetrics)).toContain(`a_bucket{le="${le}"} 0\n`);
    },
  );

  test.each<{ buckets: number[]; record: number[]; cumulative: number[]; count: number; sum: number }>(
    vectors.histograms,
  )('fills the buckets of %j', async ({ buckets, record, cumulative, count, sum }) => {
    const metrics = createMetrics(quiet);
    const cell = metrics.histogram({ name: 'a', help: 'A.', buckets }).at();
    for (const value of record) cell.record(value);
    const [family] = await familiesOf(metrics);
    expect(family?.samples.map(({ value }) => value)).toEqual([...cumulative, expect.closeTo(sum, 9), count]);
    expect([cell.count, cell.sum]).toEqual([count, expect.closeTo(sum, 9)]);
  });
});

test.each<{ start: number; width: number; count: number; want: number[] }>(vectors.linearBuckets)(
  'makes linear buckets of %j',
  ({ start, width, count, want }) => {
    expect(linearBuckets(start, width, count)).toEqual(want);
  },
);

test.each<{ start: number; factor: number; count: number; want: number[] }>(vectors.exponentialBuckets)(
  'makes exponential buckets of %j',
  ({ start, factor, count, want }) => {
    expect(exponentialBuckets(start, factor, count)).toEqual(want);
  },
);

test.each<{ accept: string | null; format: string }>(vectors.negotiate)('negotiates %j', ({ accept, format }) => {
  expect(negotiateExposition(accept ?? undefined)).toBe(format);
});

test.each<{ declaration: never; codes: string[] }>(vectors.lint)('lints %j', ({ declaration, codes }) => {
  expect(lintDeclarations([declaration]).map(({ code }) => code)).toEqual(codes);
});
