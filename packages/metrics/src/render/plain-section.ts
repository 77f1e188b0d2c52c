import type { ExpositionFormat } from '../exposition.ts';
import { headerText } from './header.ts';
import { labelText } from './label-text.ts';
import { canonicalBound, numberText } from './number-text.ts';
import { type IsTaken, openMetricsFacts } from './open-metrics-facts.ts';
import type { Section } from './section.ts';

/** A metric family as plain data: of another registry, or put together from several processes. */
export interface PlainFamily {
  readonly name: string;
  readonly help: string;
  /** In the words of text 0.0.4, or `unknown`. */
  readonly type: string;
  readonly unit?: string | undefined;
  /** Samples of one label set stand together; each list is one series. */
  readonly series: readonly (readonly PlainSample[])[];
}

/** One line. */
export interface PlainSample {
  /** What stands behind the name of the family: '', `_bucket`, `_sum`, ... */
  readonly suffix: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A plain family in one format. */
export function plainSection(family: PlainFamily, format: ExpositionFormat, isTaken: IsTaken): Section {
  const { series } = family;
  const openMetrics = format === 'openmetrics';
  const { name, type } = openMetrics ? openMetricsFacts(family, isTaken) : family;
  const isCounter = openMetrics && type === 'counter';
  const shownType = type === 'unknown' && !openMetrics ? 'untyped' : type;
  return {
    name,
    header: headerText({ ...family, name, type: shownType }, format),
    length: series.length,
    part(index) {
      const lines = (series[index] ?? []).map((sample) => {
        const labels = openMetrics ? canonicalLabels(sample) : sample.labels;
        return `${name}${isCounter ? '_total' : sample.suffix}${lineEnd(labels, sample.value)}`;
      });
      return lines.join('');
    },
  };
}

function lineEnd(labels: Readonly<Record<string, string>>, value: number): string {
  const text = labelText(labels);
  return `${text === '' ? '' : `{${text}}`} ${numberText(value)}\n`;
}

/** The bound of a bucket is a number, and OpenMetrics has one spelling for each. */
function canonicalLabels({ suffix, labels }: PlainSample): Readonly<Record<string, string>> {
  if (suffix !== '_bucket' || labels.le === undefined || labels.le === '+Inf') return labels;
  return { ...labels, le: canonicalBound(Number(labels.le)) };
}
