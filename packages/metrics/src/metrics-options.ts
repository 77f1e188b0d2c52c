import type { Clock, Logger } from '@xc/core';
import type { Exemplar } from './metrics-instrument.ts';

/** Options of `createMetrics`. */
export interface MetricsOptions {
  /**
   * Put before every name declared here; the metrics of the Metrics itself keep theirs.
   * @defaultValue ''
   */
  readonly prefix?: string;
  /**
   * Constant labels on every series.
   * @defaultValue none
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * How many label sets a metric holds.
   * @defaultValue 1_000
   */
  readonly maxSeries?: number;
  /**
   * How many label sets all metrics hold together.
   * @defaultValue 100_000
   */
  readonly maxTotalSeries?: number;
  /**
   * UTF-16 units of a label value; a longer one is cut and ends in `~` and a hash of the whole.
   * @defaultValue 256
   */
  readonly maxValueLength?: number;
  /**
   * Whether the Metrics reports on itself: `xc_metrics_series`, `xc_metrics_overflow_total` and the rest.
   * @defaultValue true
   */
  readonly selfMetrics?: boolean;
  /**
   * `_created` samples in OpenMetrics.
   * @defaultValue false
   */
  readonly created?: boolean;
  /** The ids of the active span, `{ trace_id }` for instance: asked for the first value in a bucket after each scrape. */
  readonly exemplars?: () => Exemplar | undefined;
  /**
   * Longest synchronous stretch while rendering, in milliseconds.
   * @defaultValue 2
   */
  readonly sliceMs?: number;
  /**
   * How long a scrape waits for one collector, in milliseconds.
   * @defaultValue 1_000
   */
  readonly collectTimeoutMs?: number;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** @defaultValue a logger that says nothing */
  readonly logger?: Logger;
}
