import assert from 'node:assert/strict';
import { createRateLimiter } from '@xc/ratelimit';

const windowMs = 60_000;
const limiter = createRateLimiter({
  limits: {
    // A rate, and what may go at once: the default.
    gcra: { limit: 100, windowMs, burst: 20 },
    // The same as tokens; by 'interval' they come all at once.
    bucket: { algorithm: 'bucket', limit: 100, windowMs },
    // Two counters a key, nearly exact in every window.
    sliding: { algorithm: 'sliding', limit: 100, windowMs },
    // One counter a key, up to twice the limit around an edge.
    fixed: { algorithm: 'fixed', limit: 100, windowMs, aligned: true },
    // Exact in every window, one entry a call: for small limits.
    log: { algorithm: 'log', limit: 100, windowMs },
    // By the calendar.
    quota: { algorithm: 'quota', limit: 10_000, per: 'month' },
  },
});

const { allowed, limits } = await limiter.take('ada');
assert.equal(allowed, true);
assert.equal(limits.gcra?.remaining, 19);
assert.equal(limits.quota?.remaining, 9_999);
