import type { Declaration } from './declaration.ts';

/** Everything as plain data, at one moment. */
export interface Snapshot {
  /** By name. */
  readonly metrics: readonly MetricSnapshot[];
}

/** One metric with what it holds. */
export interface MetricSnapshot extends Declaration {
  /** In the order of their creation. */
  readonly series: readonly SeriesData[];
}

/** One series as plain data. */
export interface SeriesData {
  /** Constant labels, then those of the scope, then its own. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of a counter or a gauge. */
  readonly value?: number;
  /** Of a histogram: how many values there are. */
  readonly count?: number;
  /** Of a histogram. */
  readonly sum?: number;
  /** Of a histogram: cumulative counts, that of `+Inf` last. */
  readonly buckets?: readonly number[];
}
