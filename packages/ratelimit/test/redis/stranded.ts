import { Redis } from 'ioredis';
import { createRateLimiter } from '../../src/index.ts';
import { redisStore } from '../../src/redis/index.ts';

// An application with a client as it comes: an offline queue, twenty retries, and a server that is not there.
const client = new Redis(Number(process.argv[2]), { maxRetriesPerRequest: 20, enableOfflineQueue: true });
client.on('error', () => {});
const limiter = createRateLimiter({ limits: { api: { limit: 5, windowMs: 60_000 } }, store: redisStore(client) });
const sources: string[] = [];
const startedAt = performance.now();
for (let call = 0; call < 8; call += 1) sources.push((await limiter.take('ada')).source);
process.send?.({ sources, tookMs: performance.now() - startedAt });
await limiter.close();
client.disconnect();
process.disconnect?.();
