import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createRateLimiter, memoryStore } = await load('@xc/ratelimit');
  const { modelStore } = await load('@xc/ratelimit/testing');
  const limiter = createRateLimiter({ limits: { calls: { limit: 1, windowMs: 60_000 } }, store: memoryStore() });
  assert.equal(limiter.takeSync('a').allowed, true);
  assert.equal((await limiter.take('a')).allowed, false);
  const op = { name: 'calls', key: 'a', rule: { limit: 1, windowMs: 1_000 }, cost: 1, enforce: true };
  assert.equal(modelStore({ now: () => 0, monotonic: () => 0 }).applySync({ kind: 'take', ops: [op] }).allowed, true);
}
