import type { RedisClient } from '@xc/redis';
import type { QueueEngine } from '../engine/queue-engine.ts';
import { EngineHub } from './engine-hub.ts';
import { engineSettings, isClient, type RedisEngineOptions } from './redis-engine-options.ts';
import { RedisQueue } from './redis-queue.ts';

/**
 * Keeps queues in Redis 6.2 or newer, shared by all processes that open them: one server, the master behind Sentinel, or a
 * cluster. The client is never closed; a connection that hears news is opened beside it and goes with the last queue.
 *
 * Every call settles within `deadlineMs`. All time that decides is that of the server.
 *
 * @throws TypeError or RangeError for a client or options that are not what they should be.
 *
 * @example
 * ```ts
 * const queue = createQueue('mail', { engine: redisEngine(client) });
 * ```
 */
export function redisEngine(client: RedisClient, options: RedisEngineOptions = {}): QueueEngine {
  if (!isClient(client)) {
    throw new TypeError(`client must be a client of ioredis, got ${client === null ? 'null' : typeof client}`);
  }
  const hub = new EngineHub(client, engineSettings(options));
  return { name: 'redis', open: (queue, policy) => new RedisQueue(hub, queue, policy) };
}
