import type { Family } from './family.ts';

/** How varied one label of a metric is. */
export interface LabelVariety {
  readonly label: string;
  readonly distinct: number;
  readonly examples: readonly string[];
}

const EXAMPLES = 3;

/** The labels of a metric with their numbers of distinct values and three examples each, the most varied first. */
export function varietyOf(family: Family): LabelVariety[] {
  const seen = family.labels.map(() => new Set<string>());
  for (const series of family.series) {
    family.valuesOf(series).forEach((value, index) => {
      seen[index]?.add(value);
    });
  }
  return family.labels
    .map((label, index) => {
      const values = seen[index] ?? new Set();
      return { label, distinct: values.size, examples: [...values].slice(0, EXAMPLES) };
    })
    .sort((a, b) => b.distinct - a.distinct);
}
