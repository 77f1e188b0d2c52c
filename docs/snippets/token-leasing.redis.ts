import assert from 'node:assert/strict';
import { createRateLimiter } from '@xc/ratelimit';
import { redisStore } from '@xc/ratelimit/redis';
import { connectRedis } from '@xc/redis';

export async function show(url: string): Promise<void> {
  const client = connectRedis(url, { name: 'limits' });
  const limiter = createRateLimiter({
    limits: {
      // Everybody asks for the same key, thousands of times a second.
      everybody: {
        limit: 10_000,
        windowMs: 1_000,
        key: () => 'everybody',
        tokenLease: { maxTokens: 100, holdMs: 200 },
      },
    },
    store: redisStore(client, { prefix: 'guide:rl:' }),
    deadlineMs: 1_000,
  });

  const sources = new Map<string, number>();
  for (let call = 0; call < 500; call += 1) {
    const { source } = await limiter.take('');
    sources.set(source, (sources.get(source) ?? 0) + 1);
  }
  // A hundredth of the calls has reached Redis, or not much more.
  assert.ok((sources.get('token-lease') ?? 0) > 400);

  await limiter.close(); // gives back what was not used
  client.disconnect();
}
