import assert from 'node:assert/strict';
// #region usage
import { createRateLimiter } from '@xc/ratelimit';

const limiter = createRateLimiter({ limits: { perUser: { limit: 100, windowMs: 60_000 } } });
const decision = await limiter.take('user 7');
if (!decision.allowed) console.log(`come back in ${decision.retryAfterMs} ms`);
// #endregion

assert.equal(decision.limits.perUser?.remaining, 99);
