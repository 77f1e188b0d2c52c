import assert from 'node:assert/strict';
import { createRateLimiter } from '@xc/ratelimit';
import { redisStore } from '@xc/ratelimit/redis';
import { connectRedis } from '@xc/redis';

export async function show(url: string): Promise<void> {
  const client = connectRedis(url, { name: 'limits' });
  client.on('error', () => {});

  const said: string[] = [];
  const limiter = createRateLimiter({
    limits: {
      // Decided in the memory of this node, at half the limit.
      api: { limit: 100, windowMs: 60_000, localShare: 0.5 },
      // Too dear to guess: refused.
      payouts: {
        limit: 10,
        windowMs: 60_000,
        onStoreError: 'closed',
      },
    },
    store: redisStore(client),
    deadlineMs: 500, // the answer is there by then, whoever gives it
    events: { degraded: ({ kind }) => said.push(kind) },
  });

  assert.equal(
    (await limiter.take('guide', { only: ['api'] })).source,
    'store',
  );

  client.disconnect(); // as if Redis had gone
  const api = await limiter.take('guide', { only: ['api'] });
  assert.deepEqual(
    [api.allowed, api.degraded, api.source],
    [true, true, 'local'],
  );
  const payout = await limiter.take('guide', { only: ['payouts'] });
  assert.deepEqual([payout.allowed, payout.source], [false, 'closed']);
  assert.ok(said.length > 0);

  await limiter.close();
}
