export { exponentialBuckets, fastBuckets, latencyBuckets, linearBuckets, sizeBuckets } from './buckets.ts';
export { createMetrics } from './create-metrics.ts';
export type { Declaration, MetricType } from './declaration.ts';
export type { Exposition, ExpositionFormat, ScrapeRequest } from './exposition.ts';
export type { LabelMatch, LabelNames, LabelValue, ValuesOf } from './label-value.ts';
export { lintDeclarations } from './lint/lint-declarations.ts';
export type { LintCode, LintProblem } from './lint.ts';
export type {
  AllowedValues,
  BaseSpec,
  CounterSpec,
  GaugeAggregate,
  GaugeSpec,
  HistogramSpec,
  Overflow,
  Unit,
} from './metric-spec.ts';
export type { Metrics, ScopeOptions } from './metrics.ts';
export type {
  Exemplar,
  MetricsCounter,
  MetricsCounterCell,
  MetricsGauge,
  MetricsGaugeCell,
  MetricsHistogram,
  MetricsHistogramCell,
  SeriesHolder,
} from './metrics-instrument.ts';
export type { MetricsOptions } from './metrics-options.ts';
export type { RegistryLike } from './prom-client/registry-like.ts';
export { negotiateExposition } from './render/negotiate-exposition.ts';
export type { MetricSnapshot, SeriesData, Snapshot } from './snapshot.ts';
