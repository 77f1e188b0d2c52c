import assert from 'node:assert/strict';
import { createRateLimiter } from '@xc/ratelimit';

interface Call {
  readonly ip: string;
  readonly tenant: string;
  readonly plan: 'free' | 'paid';
}

const limiter = createRateLimiter({
  limits: {
    ip: { limit: 3, windowMs: 60_000, key: (call: Call) => call.ip },
    tenant: {
      algorithm: 'sliding',
      // A limit may be a function; undefined means: does not apply.
      limit: (call: Call) => (call.plan === 'free' ? 100 : undefined),
      windowMs: 60_000,
      key: (call: Call) => call.tenant,
    },
    // On trial: decides and counts, refuses nobody.
    strict: {
      limit: 1,
      windowMs: 60_000,
      key: (call: Call) => call.ip,
      mode: 'shadow',
    },
  },
});

const call: Call = { ip: '203.0.113.7', tenant: 'acme', plan: 'free' };
for (let count = 0; count < 3; count += 1) await limiter.take(call);

// `ip` says no: nobody is charged.
const refused = await limiter.take(call);
assert.deepEqual(refused.violated, ['ip']);
assert.equal(refused.limits.tenant?.remaining, 97);
assert.equal(refused.limits.strict?.shadowed, true);

const paid = await limiter.take({ ...call, ip: '::1', plan: 'paid' });
assert.deepEqual(Object.keys(paid.limits), ['ip', 'strict']);
