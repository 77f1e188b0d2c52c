import type { Family } from './series/family.ts';
import type { MetricSnapshot } from './snapshot.ts';

/** One metric with everything it holds, as plain data. */
export function snapshotOf(family: Family, constant: Readonly<Record<string, string>>): MetricSnapshot {
  const names = [...Object.keys(constant), ...family.labels];
  const constantValues = Object.values(constant);
  const series = family.series.map((one) => {
    const values = [...constantValues, ...family.valuesOf(one)];
    return { labels: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])), ...one.data() };
  });
  return { ...family.declaration, series };
}
