import { instrumentRateLimit } from '@xc/metrics';
import { clientIpResolver, createRateLimiter, createShedder, ipKey, rateLimitProblem } from '@xc/ratelimit';
import { redisStore } from '@xc/ratelimit/redis';
import { connectRedis, type RedisClient } from '@xc/redis';
import type { Admission, OpenGuide } from '../service/city-guide.ts';
import { openGuide as openBareGuide } from './bare.ts';

/** What one client may ask of `/near`: two questions in three seconds, and two at once. */
export const clientLimit = { limit: 40, windowMs: 60_000, burst: 2 } as const;
const PREFIX = 'atlas:rl:';

/**
 * The bare guide behind limits: each client has its own, all of them together have one, and when there is still too much
 * under way the expensive page goes first. With a Redis the limits hold for a fleet.
 */
export const openGuide: OpenGuide = async (context) => {
  const { clock, meter, redisUrl, stateChanged } = context;
  const guide = await openBareGuide(context);
  const redis = redisUrl === undefined ? undefined : connect(redisUrl);
  const limiter = createRateLimiter({
    limits: {
      client: { ...clientLimit },
      everybody: { limit: 30, windowMs: 1_000, key: () => 'everybody' },
    },
    ...(redis === undefined ? {} : { store: redisStore(redis, { prefix: PREFIX }) }),
    // The question that follows takes 50 ms of the database.
    deadlineMs: 200,
    events: { degraded: () => stateChanged('limits', 'degraded'), recovered: () => stateChanged('limits', 'up') },
    clock,
    meter,
  });
  const shedder = createShedder({ capacity: 20, shares: { page: 1, near: 0.8 }, meter });
  const clientIp = clientIpResolver({ trusted: ['loopback'] });
  const shown = instrumentRateLimit(meter, { limiter: 'near' });

  return {
    ...guide,
    async admit({ route, remoteAddress, forwardedFor }) {
      const place = shedder.enter(route === 'near' ? 'near' : 'page');
      if (!place.admitted) return tooMuch(place.retryAfterMs);
      if (route !== 'near') return place;
      const address = ipKey(clientIp(remoteAddress, forwardedFor) ?? '') ?? 'unknown';
      const decision = await limiter.take(address);
      shown.decision(decision.allowed ? 'allowed' : 'limited');
      if (decision.allowed) return place;
      place.leave();
      return { admitted: false, ...rateLimitProblem(decision) };
    },
    health() {
      const { status, facts } = guide.health();
      return {
        status,
        facts: { ...facts, 'under way': `${shedder.inFlight} of 20`, limits: redis?.status ?? 'in memory' },
      };
    },
    async [Symbol.asyncDispose]() {
      await limiter.close();
      redis?.disconnect();
      await guide[Symbol.asyncDispose]();
    },
  };
};

function connect(url: string): RedisClient {
  const redis = connectRedis(url, { name: 'atlas-limits' });
  // Without a listener, a lost connection would be written to the console again and again.
  redis.on('error', () => {});
  return redis;
}

function tooMuch(retryAfterMs: number): Admission {
  const headers = { 'retry-after': `${Math.ceil(retryAfterMs / 1_000)}` };
  return { admitted: false, status: 503, headers, body: { error: 'too much is under way' } };
}
