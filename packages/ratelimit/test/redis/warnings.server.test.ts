import { MemoryLogger } from '@xc/core/testing';
import { eventually, type Server, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createRateLimiter } from '../../src/index.ts';
import { redisStore } from '../../src/redis/index.ts';

const limits = { api: { limit: 100, windowMs: 60_000 } };

let evicting: Server;
let sound: Server;
beforeAll(async () => {
  const evict = ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'];
  [evicting, sound] = await Promise.all([startRedis({ args: evict }), startRedis()]);
});
afterAll(async () => {
  for (const server of [evicting, sound]) await server[Symbol.asyncDispose]();
});

function connect({ url }: Server, options = {}): Redis {
  const client = new Redis(url, options);
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

test('warns once of a server that may evict the state of a limit', async () => {
  const client = connect(evicting);
  const logger = new MemoryLogger();
  const silent = createRateLimiter({ limits, store: redisStore(client) });
  await silent.take('it');
  const two = [1, 2].map(() => createRateLimiter({ limits, store: redisStore(client), logger }));
  await eventually('it warns', () => logger.lines.length > 0);
  for (const limiter of two) await limiter.take('it');
  expect(logger.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'warn Redis may evict keys of ratelimit that must stay: set maxmemory-policy to noeviction',
  ]);
  for (const limiter of [silent, ...two]) await limiter.close();
});

test('warns as soon as the server is there, and leaves nothing at a client that never was', async () => {
  const client = connect(evicting, { lazyConnect: true });
  const before = client.listenerCount('ready');
  const logger = new MemoryLogger();
  const limiter = createRateLimiter({ limits, store: redisStore(client), logger });
  const closed = createRateLimiter({ limits, store: redisStore(client), logger });
  await closed.close();
  expect(client.listenerCount('ready')).toBe(before + 1);
  expect(logger.lines).toEqual([]);
  await client.connect();
  await eventually('it warns', () => logger.lines.length > 0);
  await limiter.close();
  expect(client.listenerCount('ready')).toBe(before);
});

test('is silent where nothing is evicted', async () => {
  const logger = new MemoryLogger();
  await using limiter = createRateLimiter({ limits, store: redisStore(connect(sound)), logger });
  await limiter.take('it');
  await limiter.take('it');
  expect(logger.lines).toEqual([]);
});
