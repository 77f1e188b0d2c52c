export { type Address, type RedisCluster, type StartClusterOptions, startCluster } from './cluster.ts';
export { type EventuallyOptions, eventually } from './eventually.ts';
export { type PostgresServer, type StartPostgresOptions, startPostgres } from './postgres.ts';
export {
  promtool,
  type Said,
  type StartPrometheusOptions,
  startPrometheus,
  withoutPrometheus,
} from './prometheus.ts';
export { type StartRedisOptions, startRedis } from './redis.ts';
export { findRedisServer } from './redis-binary.mjs';
export { type RedisSentinel, type StartSentinelOptions, startSentinel } from './sentinel.ts';
export type { Server } from './server.ts';
export { type TcpProxy, tcpProxy } from './tcp-proxy.ts';
export { type SpawnWorkerOptions, spawnWorker, type Worker } from './worker.ts';
