/** What a metric is called and which labels it carries. */
export interface MetricSpec {
  /** `xc_<package>_<what>_<unit>`. */
  readonly name: string;
  readonly help: string;
  /** Label names, in the order in which `at` takes their values. */
  readonly labels?: readonly string[];
}

export interface HistogramSpec extends MetricSpec {
  /** Upper bounds, ascending, in the unit of the metric. */
  readonly buckets?: readonly number[];
}

/** Makes instruments; an instrument gives bound cells, and a cell is what the hot path touches. */
export interface Meter {
  counter(spec: MetricSpec): Counter;
  gauge(spec: MetricSpec): Gauge;
  histogram(spec: HistogramSpec): Histogram;
}

export interface Counter {
  /** The cell of one combination of label values. Bind once, keep it. */
  at(...labelValues: string[]): CounterCell;
}

export interface CounterCell {
  /** @defaultValue 1 */
  inc(by?: number): void;
}

export interface Gauge {
  /** The cell of one combination of label values. Bind once, keep it. */
  at(...labelValues: string[]): GaugeCell;
}

export interface GaugeCell {
  set(value: number): void;
  add(by: number): void;
}

export interface Histogram {
  /** The cell of one combination of label values. Bind once, keep it. */
  at(...labelValues: string[]): HistogramCell;
}

export interface HistogramCell {
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
