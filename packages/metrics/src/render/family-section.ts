import type { ExpositionFormat } from '../exposition.ts';
import type { CounterSeries } from '../series/counter-series.ts';
import type { Family } from '../series/family.ts';
import type { GaugeSeries } from '../series/gauge-series.ts';
import type { HistogramSeries } from '../series/histogram-series.ts';
import type { BucketExemplar, Series } from '../series/series.ts';
import { SeriesState } from '../series/series-state.ts';
import { headerText } from './header.ts';
import { LabelWriter, labelText } from './label-text.ts';
import { canonicalBound, numberText } from './number-text.ts';
import { type IsTaken, openMetricsFacts } from './open-metrics-facts.ts';
import type { Section } from './section.ts';

/** How a metric of ours is shown. */
export interface FamilyView {
  readonly format: ExpositionFormat;
  /** The constant labels as text. */
  readonly constant: string;
  readonly created: boolean;
  readonly isTaken: IsTaken;
}

/** One of our metrics in one format. */
export function familySection(family: Family, view: FamilyView): Section {
  const { declaration, series } = family;
  const { name, type } = view.format === 'text' ? declaration : openMetricsFacts(declaration, view.isTaken);
  const labels = new LabelWriter(family.labels, view.constant);
  const write = writerOf(family, name, type, view);
  return {
    name,
    header: headerText({ ...declaration, name, type }, view.format),
    length: series.length,
    part(index) {
      const one = series[index] as Series;
      if (one.state === SeriesState.gone) return '';
      const text = write(one, labels.of(one));
      family.askAgain(one);
      return text;
    },
  };
}

type SeriesWriter = (series: Series, labels: string) => string;

function writerOf(family: Family, name: string, type: string, view: FamilyView): SeriesWriter {
  const { buckets = [] } = family.declaration;
  const openMetrics = view.format === 'openmetrics';
  const created = (series: Series, labels: string) =>
    openMetrics && view.created && type !== 'unknown'
      ? `${opened(`${name}_created`, labels)}${(family.extras(series)?.createdAt ?? 0) / 1_000}\n`
      : '';
  if (type === 'gauge') {
    return (series, labels) => `${opened(name, labels)}${numberText((series as GaugeSeries).level)}\n`;
  }
  if (type !== 'histogram') {
    const isCounter = openMetrics && type === 'counter';
    const sample = isCounter ? `${name}_total` : name;
    return (series, labels) => {
      const line = `${opened(sample, labels)}${numberText((series as CounterSeries).total)}`;
      if (!isCounter) return `${line}\n`;
      return `${line}${exemplarText(family.extras(series)?.exemplars?.[0])}\n${created(series, labels)}`;
    };
  }
  const [sumName, countName] = [`${name}_sum`, `${name}_count`];
  const bound = openMetrics ? canonicalBound : numberText;
  const ends = [...buckets, Number.POSITIVE_INFINITY].map((le) => `le="${bound(le)}"} `);
  return (series, labels) => {
    const { slots } = series as HistogramSeries;
    const exemplars = openMetrics ? family.extras(series)?.exemplars : undefined;
    const opening = labels === '' ? `${name}_bucket{` : `${name}_bucket{${labels},`;
    let text = '';
    let count = 0;
    for (let index = 0; index < ends.length; index++) {
      count += slots[index] as number;
      text += `${opening}${ends[index]}${count}${exemplars === undefined ? '' : exemplarText(exemplars[index])}\n`;
    }
    const sum = slots[ends.length] as number;
    // Neither may stand where OpenMetrics takes the sum for one that can fall: Histogram, "negative".
    const shows = !openMetrics || (sum >= 0 && !((buckets[0] ?? 0) < 0));
    if (shows) text += `${opened(sumName, labels)}${numberText(sum)}\n${opened(countName, labels)}${count}\n`;
    return `${text}${created(series, labels)}`;
  };
}

/** The line up to its value. */
function opened(name: string, labels: string): string {
  return labels === '' ? `${name} ` : `${name}{${labels}} `;
}

function exemplarText(exemplar: BucketExemplar | undefined): string {
  return exemplar === undefined ? '' : ` # {${labelText(exemplar.labels)}} ${numberText(exemplar.value)}`;
}
