export { type RedisPlace, type RedisTarget, redisFactory } from './redis-factory.ts';
export { redisReplication } from './redis-replication.ts';
