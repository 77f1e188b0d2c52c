export { memoryMetricsStore } from './memory-store.ts';
export { createMetrics, type Metrics, type MetricsOptions, type TouchOptions } from './metrics.ts';
export type { MetricsStore } from './store.ts';
