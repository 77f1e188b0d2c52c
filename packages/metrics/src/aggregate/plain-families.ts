import type { ExpositionFormat } from '../exposition.ts';
import { numberText } from '../render/number-text.ts';
import type { PlainFamily, PlainSample } from '../render/plain-section.ts';
import type { MetricSnapshot, SeriesData } from '../snapshot.ts';

/** Merged figures as families that can be rendered. */
export function plainFamily(metric: MetricSnapshot, format: ExpositionFormat): PlainFamily {
  const { name, help, type, unit, series } = metric;
  return { name, help, type, unit, series: series.map((one) => samplesOf(one, metric, format)) };
}

function samplesOf(
  { labels, value = 0, count = 0, sum = 0, buckets = [] }: SeriesData,
  metric: MetricSnapshot,
  format: ExpositionFormat,
): PlainSample[] {
  if (metric.type !== 'histogram') return [{ suffix: '', labels, value }];
  const bounds = [...(metric.buckets ?? []), Number.POSITIVE_INFINITY];
  const filled = bounds.map((bound, index) => ({
    suffix: '_bucket',
    labels: { ...labels, le: numberText(bound) },
    value: buckets[index] ?? 0,
  }));
  // OpenMetrics takes a sum for one that only rises, and allows none where values can be negative.
  if (format === 'openmetrics' && (sum < 0 || (metric.buckets?.[0] ?? 0) < 0)) return filled;
  return [...filled, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }];
}
