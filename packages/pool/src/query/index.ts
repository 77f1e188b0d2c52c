export { createQueryMonitor } from './create-query-monitor.ts';
export type { SqlDialect } from './dialect.ts';
export { type FingerprintOptions, fingerprint } from './fingerprint.ts';
export { instrumentQueries } from './instrument-queries.ts';
export type { QueryMonitor } from './query-monitor.ts';
export type { QueryMonitorOptions, SlowQuery } from './query-monitor-options.ts';
export type { QueryRank, QueryShape } from './query-shape.ts';
