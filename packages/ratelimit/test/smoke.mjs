import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createRateLimiter, ipKey, memoryStore, parseRateLimit, rateLimitHeaders } = await load('@xc/ratelimit');
  const { flexible } = await load('@xc/ratelimit/flexible');
  const { modelStore } = await load('@xc/ratelimit/testing');
  const limiter = createRateLimiter({ limits: { calls: { limit: 1, windowMs: 60_000 } }, store: memoryStore() });
  assert.equal(limiter.takeSync('a').allowed, true);
  assert.equal((await limiter.take('a')).allowed, false);
  const fields = new Headers(rateLimitHeaders(await limiter.take(ipKey('2001:db8::1'))));
  assert.deepEqual(parseRateLimit(fields).remaining, 0);
  assert.equal((await flexible(limiter).consume('b')).remainingPoints, 0);
  const op = { name: 'calls', key: 'a', rule: { limit: 1, windowMs: 1_000 }, cost: 1, enforce: true };
  assert.equal(modelStore({ now: () => 0, monotonic: () => 0 }).applySync({ kind: 'take', ops: [op] }).allowed, true);
}
