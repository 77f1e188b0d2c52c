import assert from 'node:assert/strict';
import { createCache } from '@xc/cache';
import { pubsub, redisTier } from '@xc/cache/redis';
import { Redis } from 'ioredis';

export async function show(url: string): Promise<void> {
  const client = new Redis(url);
  const cache = createCache({
    name: `snippet-${process.pid}`,
    l2: redisTier(client, { deadlineMs: 150 }), // what Redis may cost a call
    coherence: pubsub(client),
  });
  const user = await cache.getOrSet('user:1', async () => ({
    name: 'Ada',
  }));
  assert.deepEqual(user, { name: 'Ada' });

  const { delivered } = await cache.invalidate({ key: 'user:1' });
  assert.equal(delivered, true); // false: Redis is away, and it is repeated until it arrives
  assert.equal((await cache.probe.check()).status, 'up');

  await cache[Symbol.asyncDispose]();
  client.disconnect(); // a client that is handed in is never closed
}
