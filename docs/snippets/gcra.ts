import assert from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import { createRateLimiter } from '@xc/ratelimit';

const clock = new ManualClock(); // in an application: leave it out
const limiter = createRateLimiter({
  // 60 a minute is one a second; after a rest, five at once.
  limits: { api: { limit: 60, windowMs: 60_000, burst: 5 } },
  clock,
});

for (let call = 0; call < 5; call += 1)
  assert.ok((await limiter.take('ada')).allowed);

const refused = await limiter.take('ada');
assert.equal(refused.allowed, false);
assert.equal(refused.retryAfterMs, 1_000); // not the end of a window

// The refusal has cost nothing, and the time is exact.
await clock.advance(999);
assert.equal((await limiter.take('ada')).allowed, false);
await clock.advance(1);
assert.equal((await limiter.take('ada')).allowed, true);
