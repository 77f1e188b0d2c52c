import type { Declaration } from '../declaration.ts';
import type { Overflow } from '../metric-spec.ts';
import type { Twig } from './twig.ts';

/** A metric that has no room for one more series. */
export interface CrowdedMetric {
  readonly declaration: Declaration;
  readonly maxSeries: number;
  readonly overflow: Overflow;
  readonly series: readonly Twig[];
  valuesOf(series: Twig): readonly string[];
}

/** How varied one label of a metric is. */
export interface LabelVariety {
  readonly label: string;
  readonly distinct: number;
  readonly examples: readonly string[];
}

const EXAMPLES = 3;

/** The labels of a metric with their numbers of distinct values and three examples each, the most varied first. */
export function varietyOf(metric: CrowdedMetric): LabelVariety[] {
  const seen = metric.declaration.labels.map(() => new Set<string>());
  for (const series of metric.series) {
    metric.valuesOf(series).forEach((value, index) => {
      seen[index]?.add(value);
    });
  }
  return metric.declaration.labels
    .map((label, index) => {
      const values = seen[index] ?? new Set();
      return { label, distinct: values.size, examples: [...values].slice(0, EXAMPLES) };
    })
    .sort((a, b) => b.distinct - a.distinct);
}
