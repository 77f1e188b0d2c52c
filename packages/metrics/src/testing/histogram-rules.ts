import type { ExpositionFormat } from '../exposition.ts';
import type { ParsedSample } from './parsed-family.ts';
import { boundOf } from './sample-rules.ts';

/** Refuses a series of a histogram whose samples do not agree; throws an `Error` that says why. */
export function checkHistogramSeries(family: string, samples: readonly ParsedSample[], format: ExpositionFormat): void {
  const having = (suffix: string) => samples.find(({ name }) => name === `${family}${suffix}`);
  const sum = having('_sum') ?? having('_gsum');
  const count = having('_count') ?? having('_gcount');
  const buckets = samples.filter(({ name }) => name === `${family}_bucket`);
  checkBuckets(buckets);
  const all = buckets.at(-1)?.value;
  if (count !== undefined && count.value !== all) throw new Error('the count is not that of the bucket +Inf');
  if ((sum === undefined) !== (count === undefined)) throw new Error('sum and count are either both there or neither');
  if (format === 'text' || sum === undefined) return;
  const hasNegative = buckets.some((bucket) => (boundOf(bucket) ?? 0) < 0);
  if (hasNegative && sum.name === `${family}_sum`) throw new Error('with negative buckets there is no sum');
  if (!hasNegative && sum.value < 0) throw new Error('without negative buckets the sum is not negative');
}

function checkBuckets(buckets: readonly ParsedSample[]): void {
  let before: ParsedSample | undefined;
  for (const bucket of buckets) {
    if (before !== undefined) {
      if ((boundOf(bucket) ?? 0) <= (boundOf(before) ?? 0)) throw new Error('the bounds of buckets increase');
      if (bucket.value < before.value) throw new Error('the counts of buckets do not decrease');
    }
    before = bucket;
  }
  if (before === undefined || boundOf(before) !== Number.POSITIVE_INFINITY)
    throw new Error('the bucket +Inf is missing');
}
