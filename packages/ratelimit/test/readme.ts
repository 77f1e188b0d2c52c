import assert from 'node:assert/strict';
// #region usage
import { createRateLimiter, rateLimitProblem } from '@xc/ratelimit';

const limiter = createRateLimiter({
  limits: {
    second: { limit: 10, windowMs: 1_000 }, // 10 a second, and 10 at once
    day: { algorithm: 'quota', limit: 1_000, per: 'day', timeZone: 'Europe/Berlin' },
  },
});

const decision = await limiter.take('ada'); // both are charged, or none
if (!decision.allowed) answer(rateLimitProblem(decision)); // 429 with Retry-After and RateLimit headers
// #endregion

assert.equal(decision.limits.second?.remaining, 9);
assert.equal(decision.limits.day?.remaining, 999);
let refused = decision;
while (refused.allowed) refused = await limiter.take('ada');
answer(rateLimitProblem(refused));

function answer({ status, headers, body }: ReturnType<typeof rateLimitProblem>): void {
  assert.deepEqual([status, headers['Retry-After'], body['violated-policies']], [429, '1', ['second']]);
}
