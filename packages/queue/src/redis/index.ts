export { queueTag } from './queue-tag.ts';
export { redisEngine } from './redis-engine.ts';
export type { RedisEngineOptions } from './redis-engine-options.ts';
