import assert from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import { createRateLimiter } from '@xc/ratelimit';

// The evening before the clocks change in Berlin.
const clock = new ManualClock(Date.UTC(2026, 2, 28, 20));
const limiter = createRateLimiter({
  limits: {
    tokens: {
      algorithm: 'quota',
      limit: 1_000,
      per: 'day',
      timeZone: 'Europe/Berlin',
    },
  },
  clock,
});

// The price is known when the work is done: charge an estimate...
const decision = await limiter.take('acme', { cost: 400 });
assert.equal(decision.limits.tokens?.resetAfterMs, 3 * 3_600_000);
// ...and correct it.
await limiter.settle(decision, 650);
const { limits } = await limiter.peek('acme', { cost: 0 });
assert.equal(limits.tokens?.remaining, 350);

// The day after has 23 hours.
await clock.advance(3 * 3_600_000);
const today = await limiter.peek('acme');
assert.equal(today.limits.tokens?.windowMs, 23 * 3_600_000);
