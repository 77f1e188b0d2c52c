import type { MetricSpec } from '@xc/core';
import type { LabelNames } from './label-value.ts';

/** The base units of Prometheus; any other text is taken as it is. */
export type Unit =
  | 'seconds'
  | 'bytes'
  | 'ratio'
  | 'celsius'
  | 'volts'
  | 'amperes'
  | 'joules'
  | 'grams'
  | 'meters'
  | (string & {});

/** What happens to a label set past the cap. */
export type Overflow = 'fold' | 'drop' | 'throw';

/** The values of one label that may appear, or what makes of any text one of few. */
export type AllowedValues = readonly string[] | ((raw: string) => string);

/** How the gauges of several processes become one. */
export type GaugeAggregate = 'sum' | 'min' | 'max' | 'average' | 'each';

/** What every metric is declared with. */
export interface BaseSpec<L extends LabelNames> extends MetricSpec {
  /** Label names, in the order in which `at` takes their values. */
  readonly labels?: L;
  /** What is measured in; the name ends with it, before `_total`. */
  readonly unit?: Unit;
  /**
   * Per label: the values that may appear, or a normaliser. A value that is not in the list, and one whose normaliser throws,
   * becomes `__other__`. Runs before the cap.
   */
  readonly allow?: { readonly [K in L[number]]?: AllowedValues };
  /**
   * How many label sets this metric holds.
   * @defaultValue that of the Metrics
   */
  readonly maxSeries?: number;
  /**
   * What happens to a label set past the cap: `fold` puts it into one series whose every label is `__other__`, `drop` records
   * nothing, `throw` throws from `at`.
   * @defaultValue 'fold' for counters and histograms; 'drop' for gauges, where a folded one would show whoever wrote last
   */
  readonly overflow?: Overflow;
  /**
   * A series that was not written for so many milliseconds leaves, at a scrape or when room is needed.
   * @defaultValue never
   */
  readonly idleMs?: number;
}

/** A counter's declaration. */
export interface CounterSpec<L extends LabelNames> extends BaseSpec<L> {}

/** A gauge's declaration. */
export interface GaugeSpec<L extends LabelNames> extends BaseSpec<L> {
  /**
   * How the gauges of several processes become one.
   * @defaultValue 'sum'
   */
  readonly aggregate?: GaugeAggregate;
}

/** A histogram's declaration. */
export interface HistogramSpec<L extends LabelNames> extends BaseSpec<L> {
  /**
   * Upper bounds, ascending, at most 160, in the unit of the metric; `+Inf` is added.
   * @defaultValue latencyBuckets
   */
  readonly buckets?: readonly number[];
}
