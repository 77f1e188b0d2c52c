import assert from 'node:assert/strict';
import { createRateLimiter } from '@xc/ratelimit';
import { flexible } from '@xc/ratelimit/flexible';

// Was: new RateLimiterMemory({ points: 5, duration: 10 })
const limiter = flexible(
  createRateLimiter({
    limits: {
      login: { algorithm: 'fixed', limit: 5, windowMs: 10_000 },
    },
  }),
);

const { remainingPoints } = await limiter.consume('ada', 3);
assert.equal(remainingPoints, 2);

const refused = await limiter.consume('ada', 3).catch((result) => result);
assert.equal(refused.remainingPoints, 2); // nothing consumed
assert.ok(refused.msBeforeNext > 5_000);
