import type { CounterCell, GaugeCell, HistogramCell } from '@xc/core';
import type { LabelMatch, LabelNames, ValuesOf } from './label-value.ts';

/** Label values that tie one observation to something outside, a trace for instance. At most 128 characters in all. */
export type Exemplar = Readonly<Record<string, string>>;

/** What an instrument of ours can do besides giving cells. */
export interface SeriesHolder<L extends LabelNames> {
  /**
   * Removes every series that has these values and returns how many went; `{}` removes all. A cell that somebody holds brings
   * its series back with its next write, from zero.
   *
   * @throws TypeError when the metric has no such label.
   */
  remove(match: LabelMatch<L>): number;
  /** How many series there are, the overflow series included. */
  readonly seriesCount: number;
}

/** A core Counter whose series can be listed, capped and removed. */
export interface MetricsCounter<L extends LabelNames> extends SeriesHolder<L> {
  /**
   * The cell of one combination of label values; the same one each time as long as its series lives.
   *
   * @throws TypeError when there is not one value for each label, or a value that is an object, a function or a symbol.
   * `XC_METRICS_OVERFLOW` past the cap with `overflow: 'throw'`.
   */
  at(...values: ValuesOf<L>): MetricsCounterCell;
}

/** One count. */
export interface MetricsCounterCell extends CounterCell {
  /**
   * Adds to the count. Never throws: what is not a finite number of at least 0 is not counted, and is counted as rejected.
   *
   * @param by - not negative
   * @defaultValue 1
   */
  inc(by?: number, exemplar?: Exemplar): void;
  /** The count now; 0 when the series is gone. */
  readonly value: number;
}

/** A core Gauge whose series can be listed, capped and removed. */
export interface MetricsGauge<L extends LabelNames> extends SeriesHolder<L> {
  /** The cell of one combination of label values; as `at` of a counter. */
  at(...values: ValuesOf<L>): MetricsGaugeCell;
}

/** One level. */
export interface MetricsGaugeCell extends GaugeCell {
  /** The level is now `value`: any number. Never throws. */
  set(value: number): void;
  /** Moves the level by `by`, down when negative. Never throws. */
  add(by: number): void;
  /** The level now; 0 when the series is gone. */
  readonly value: number;
}

/** A core Histogram whose series can be listed, capped and removed. */
export interface MetricsHistogram<L extends LabelNames> extends SeriesHolder<L> {
  /** The cell of one combination of label values; as `at` of a counter. */
  at(...values: ValuesOf<L>): MetricsHistogramCell;
}

/** One distribution. */
export interface MetricsHistogramCell extends HistogramCell {
  /** Counts `value`, in the unit of the metric. Never throws: what is not a finite number is not counted, and is counted as rejected. */
  record(value: number, exemplar?: Exemplar): void;
  /** How many values there are; 0 when the series is gone. */
  readonly count: number;
  /** Their sum; 0 when the series is gone. */
  readonly sum: number;
}
