export { exponentialBuckets, fastBuckets, latencyBuckets, linearBuckets, sizeBuckets } from './buckets.ts';
export {
  type Business,
  type BusinessCatalogue,
  type BusinessCell,
  type BusinessEntry,
  type BusinessInstrument,
  defineBusiness,
} from './business.ts';
export { createMetrics } from './create-metrics.ts';
export type { Declaration, MetricType } from './declaration.ts';
export { Counted, type CountedSpec } from './decorators/counted.ts';
export { Timed, type TimedSpec } from './decorators/timed-method.ts';
export type { Exposition, ExpositionFormat, ScrapeRequest } from './exposition.ts';
export { type BreakerInstrument, type BreakerState, instrumentBreaker } from './instruments/breaker.ts';
export { type CacheInstrument, type CacheOptions, type CacheOutcome, instrumentCache } from './instruments/cache.ts';
export {
  type DatabaseCall,
  type DatabaseInstrument,
  type DatabaseOptions,
  instrumentDatabase,
  type SlowQuery,
} from './instruments/database.ts';
export {
  type HttpCall,
  type HttpClientInstrument,
  type HttpClientOptions,
  instrumentHttpClient,
} from './instruments/http-client.ts';
export {
  type HttpExchange,
  type HttpRequestFacts,
  type HttpResponseFacts,
  type HttpServerInstrument,
  type HttpServerOptions,
  instrumentHttpServer,
} from './instruments/http-server.ts';
export { instrumentPool, type PoolFacts, type PoolInstrument, type PoolOptions } from './instruments/pool.ts';
export { instrumentQueue, type QueueFacts, type QueueInstrument, type QueueOptions } from './instruments/queue.ts';
export { instrumentRateLimit, type RateLimitInstrument } from './instruments/rate-limit.ts';
export { sqlOperation } from './instruments/sql-operation.ts';
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
export type { CollectorHandle, Metrics, RegistryLink, ScopeOptions } from './metrics.ts';
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
export { type RuntimeMetrics, type RuntimeMetricsOptions, runtimeMetrics } from './runtime/runtime-metrics.ts';
export { MetricOverflowError } from './series/overflow-error.ts';
export type { MetricSnapshot, SeriesData, Snapshot } from './snapshot.ts';
export { type TimedOptions, timed } from './timed.ts';
export { type Point, type TrendSlope, theilSen } from './trend/theil-sen.ts';
export { createTrend, type Trend, type TrendLine, type TrendOptions, type WatchOptions } from './trend/trend.ts';
