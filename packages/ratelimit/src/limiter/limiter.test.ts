import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createRateLimiter } from './create-rate-limiter.ts';

test('allows up to the limit and says exactly when there is more', async () => {
  const clock = new ManualClock(1_800_000_000_000);
  const limiter = createRateLimiter({ limits: { calls: { limit: 2, windowMs: 1_000 } }, clock });
  expect(await limiter.take('a')).toEqual({
    allowed: true,
    soft: false,
    degraded: false,
    source: 'store',
    retryAfterMs: 0,
    violated: [],
    limits: {
      calls: {
        limit: 2,
        capacity: 2,
        windowMs: 1_000,
        unit: 'requests',
        remaining: 1,
        resetAfterMs: 500,
        retryAfterMs: 0,
        shadowed: false,
        blocked: false,
      },
    },
    decidedAt: 1_800_000_000_000,
  });
  limiter.takeSync('a');
  expect(await limiter.take('a')).toMatchObject({ allowed: false, retryAfterMs: 500, violated: ['calls'] });
  await clock.advance(499);
  expect(limiter.takeSync('a').allowed).toBe(false);
  await clock.advance(1);
  expect(limiter.takeSync('a').allowed).toBe(true);
});
