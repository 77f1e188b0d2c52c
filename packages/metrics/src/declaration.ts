import type { GaugeAggregate } from './metric-spec.ts';

/** The three kinds of metric. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

/** What a metric is: enough to draw it, to alert on it and to read it elsewhere. */
export interface Declaration {
  /** Whole, with every prefix. */
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  /** Of the scope, then its own; the constant labels of the Metrics are not among them. */
  readonly labels: readonly string[];
  readonly unit?: string;
  /** Upper bounds of a histogram, without `+Inf`. */
  readonly buckets?: readonly number[];
  /** How the gauges of several processes become one, where it was said. */
  readonly aggregate?: GaugeAggregate;
}
