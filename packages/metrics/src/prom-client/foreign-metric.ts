import type { PlainFamily, PlainSample } from '../render/plain-section.ts';

/** A metric as the registries of prom-client give it, by structure. */
export interface ForeignMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly ForeignValue[];
}

/** One sample of it. */
export interface ForeignValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** The name of the family, or that with `_bucket`, `_sum`, `_count`. */
  readonly metricName?: string;
}

/** Whether this can be shown: what a registry holds may come from anywhere. */
export function isForeignMetric(metric: unknown): metric is ForeignMetric {
  const { name, values } = (metric ?? {}) as Partial<ForeignMetric>;
  return typeof name === 'string' && Array.isArray(values);
}

/** A foreign metric as plain data; the samples of one histogram child stand together. */
export function plainFamilyOf(metric: ForeignMetric): PlainFamily {
  const series = new Map<string, PlainSample[]>();
  for (const { value, labels, metricName = metric.name } of metric.values) {
    const suffix = metricName.startsWith(metric.name) ? metricName.slice(metric.name.length) : '';
    const texts = Object.entries(labels ?? {}).map(([name, label]) => [name, String(label)] as const);
    const isInner = ([name]: readonly [string, string]) => name === 'le' || name === 'quantile';
    const key = JSON.stringify(texts.filter((label) => !isInner(label)));
    const sample = { suffix, labels: Object.fromEntries(texts), value: Number(value) };
    const samples = series.get(key);
    if (samples === undefined) series.set(key, [sample]);
    else samples.push(sample);
  }
  const type = metric.type === 'untyped' ? 'unknown' : metric.type;
  return { name: metric.name, help: String(metric.help ?? ''), type, series: [...series.values()] };
}
