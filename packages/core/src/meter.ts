/** What a metric is called and which labels it carries. */
export interface MetricSpec {
  /** `xc_<package>_<what>_<unit>`. */
  readonly name: string;
  /** One sentence for the reader of a dashboard. */
  readonly help: string;
  /** Label names, in the order in which `at` takes their values. */
  readonly labels?: readonly string[];
}

/** A histogram's name, labels and buckets. */
export interface HistogramSpec extends MetricSpec {
  /** Upper bounds, ascending, in the unit of the metric. */
  readonly buckets?: readonly number[];
}

/** Makes instruments; an instrument gives bound cells, and a cell is what the hot path touches. */
export interface Meter {
  /** The counter of that name: only ever grows. */
  counter(spec: MetricSpec): Counter;
  /** The gauge of that name: goes up and down. */
  gauge(spec: MetricSpec): Gauge;
  /** The histogram of that name: how values are distributed. */
  histogram(spec: HistogramSpec): Histogram;
}

/** Counts what happens, one cell for each combination of label values. */
export interface Counter {
  /** The cell of one combination of label values. Bind once, keep it. */
  at(...labelValues: string[]): CounterCell;
}

/** One count; touching it is all that a hot path does. */
export interface CounterCell {
  /**
   * Adds to the count.
   * @param by - not negative
   * @defaultValue 1
   */
  inc(by?: number): void;
}

/** Shows how much there is now, one cell for each combination of label values. */
export interface Gauge {
  /** The cell of one combination of label values. Bind once, keep it. */
  at(...labelValues: string[]): GaugeCell;
}

/** One level; touching it is all that a hot path does. */
export interface GaugeCell {
  /** The level is now `value`. */
  set(value: number): void;
  /** Moves the level by `by`, down when negative. */
  add(by: number): void;
}

/** Sorts values into buckets, one cell for each combination of label values. */
export interface Histogram {
  /** The cell of one combination of label values. Bind once, keep it. */
  at(...labelValues: string[]): HistogramCell;
}

/** One distribution; touching it is all that a hot path does. */
export interface HistogramCell {
  /** Counts `value`, in the unit of the metric. */
  record(value: number): void;
}

const counterCell: CounterCell = { inc() {} };
const gaugeCell: GaugeCell = { set() {}, add() {} };
const histogramCell: HistogramCell = { record() {} };
const counter: Counter = { at: () => counterCell };
const gauge: Gauge = { at: () => gaugeCell };
const histogram: Histogram = { at: () => histogramCell };

/** Counts nothing and costs nothing. */
export const noopMeter: Meter = { counter: () => counter, gauge: () => gauge, histogram: () => histogram };
