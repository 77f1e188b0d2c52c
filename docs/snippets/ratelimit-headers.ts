import assert from 'node:assert/strict';
import {
  createRateLimiter,
  rateLimitHeaders,
  rateLimitProblem,
} from '@xc/ratelimit';

const limiter = createRateLimiter({
  limits: {
    burst: { algorithm: 'fixed', limit: 1, windowMs: 10_000 },
    daily: { algorithm: 'quota', limit: 1_000, per: 'day' },
  },
});

const allowed = await limiter.take('ada');
const headers = rateLimitHeaders(allowed, {
  format: ['draft-10', 'legacy'],
});
assert.equal(
  headers['RateLimit-Policy'],
  '"burst";q=1;w=10, "daily";q=1000;w=86400',
);
assert.match(headers.RateLimit ?? '', /^"burst";r=0;t=10, "daily";r=999;/);
assert.equal(headers['X-RateLimit-Remaining'], '0');

const refused = await limiter.take('ada');
const problem = rateLimitProblem(refused);
assert.equal(problem.status, 429);
assert.equal(problem.headers['Retry-After'], '10');
assert.deepEqual(problem.body, {
  type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
  title: 'Request cannot be satisfied as assigned quota has been exceeded',
  'violated-policies': ['burst'],
});
