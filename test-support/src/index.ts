export { type Address, type RedisCluster, type StartClusterOptions, startCluster } from './cluster.ts';
export { type EventuallyOptions, eventually } from './eventually.ts';
export { type PostgresServer, type StartPostgresOptions, startPostgres } from './postgres.ts';
export { type StartRedisOptions, startRedis } from './redis.ts';
export { type RedisSentinel, type StartSentinelOptions, startSentinel } from './sentinel.ts';
export type { Server } from './server.ts';
export { type TcpProxy, tcpProxy } from './tcp-proxy.ts';
export { type SpawnWorkerOptions, spawnWorker, type Worker } from './worker.ts';
