import assert from 'node:assert/strict';
import { createCache, shouldRefreshEarly } from '@xc/cache';
import { ManualClock } from '@xc/core/testing';

const clock = new ManualClock();
const cache = createCache({
  clock,
  defaults: {
    ttlMs: 60_000,
    jitter: 0,
    earlyRefresh: { kind: 'threshold', ratio: 0.8 },
  },
});
let loads = 0;
const load = async () => ++loads;

await cache.getOrSet('top', load);
await clock.advance(50_000);
assert.equal(await cache.getOrSet('top', load), 1); // at once, and in the background:
await cache.settled();
assert.equal(await cache.get('top'), 2);

// XFetch: the longer a load took, and the nearer the end, the more likely.
const facts = { now: 59_000, expiresAt: 60_000, beta: 1, random: 0.2 };
assert.equal(shouldRefreshEarly({ ...facts, deltaMs: 10 }), false);
assert.equal(shouldRefreshEarly({ ...facts, deltaMs: 1_000 }), true);

// An answer that has not changed is not sent again.
await cache.getOrSet('page', ({ meta }) => {
  meta({ etag: '"1"' });
  return 'the page';
});
await cache.expire({ key: 'page' });
const page = await cache.getOrSet<string>('page', (context) =>
  context.stale?.meta.etag === '"1"' ? context.notModified() : 'anew',
);
assert.equal(page, 'the page'); // fresh again
