import type { ExpositionFormat } from '../exposition.ts';
import type { ParsedSample, ParsedType } from './parsed-family.ts';
import { readNumber } from './sample-line.ts';

const openMetricsSuffixes: Readonly<Record<ParsedType, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  gaugehistogram: ['_bucket', '_gcount', '_gsum'],
  summary: ['', '_count', '_sum', '_created'],
  info: ['_info'],
  stateset: [''],
  unknown: [''],
  untyped: [''],
};

/** What may stand behind the name of a family in the names of its samples. */
export function suffixesOf(type: ParsedType, format: ExpositionFormat): readonly string[] {
  if (format === 'openmetrics') return openMetricsSuffixes[type];
  if (type === 'histogram') return ['_bucket', '_count', '_sum'];
  return type === 'summary' ? ['', '_count', '_sum'] : [''];
}

/** The label that tells the samples of one series apart. */
export function innerLabel(name: string, type: ParsedType): string | undefined {
  if (type === 'histogram' || type === 'gaugehistogram') return 'le';
  if (type === 'summary') return 'quantile';
  return type === 'stateset' ? name : undefined;
}

/** Refuses what a sample of this type cannot be; throws an `Error` that says why. */
export function checkSample(sample: ParsedSample, family: string, type: ParsedType, format: ExpositionFormat): void {
  const suffix = sample.name.slice(family.length);
  const { labels, value, exemplar } = sample;
  if (suffix === '_bucket' && boundOf(sample) === undefined) throw new Error('a bucket needs a number as its label le');
  if (type === 'summary' && suffix === '') {
    const quantile = readNumber(labels.quantile ?? '');
    if (quantile === undefined || !(quantile >= 0 && quantile <= 1)) throw new Error('a quantile is from 0 to 1');
    if (format === 'openmetrics' && value < 0) throw new Error('a quantile cannot be negative');
  }
  if (format === 'text') return;
  if (type === 'stateset' && (labels[family] === undefined || (value !== 0 && value !== 1))) {
    throw new Error(`a state needs the label ${family}, and is 0 or 1`);
  }
  if (type === 'info' && value !== 1) throw new Error('an info is 1');
  const isTyped = type !== 'unknown' && type !== 'gauge';
  if (isTyped && neverNaN.includes(suffix) && Number.isNaN(value)) throw new Error(`${suffix} cannot be NaN`);
  if (isTyped && neverNegative.includes(suffix) && value < 0) throw new Error(`${suffix} cannot be negative`);
  if (exemplar !== undefined && !takesExemplar(type, suffix)) throw new Error(`${sample.name} cannot have an exemplar`);
}

const neverNaN = ['_total', '_sum', '_count', '_bucket', '_gcount', '_gsum'];
const neverNegative = ['_total', '_sum', '_count', '_bucket', '_gcount'];

/** The bound of a bucket; `undefined` when it has none that can be read. */
export function boundOf({ labels }: ParsedSample): number | undefined {
  const bound = readNumber(labels.le ?? '');
  return Number.isNaN(bound) ? undefined : bound;
}

function takesExemplar(type: ParsedType, suffix: string): boolean {
  if (type === 'counter') return suffix === '_total';
  return (type === 'histogram' || type === 'gaugehistogram') && suffix === '_bucket';
}
