import assert from 'node:assert/strict';
import { createCache, memoryTier } from '@xc/cache';
import { chaosTier } from '@xc/cache/testing';
import { ManualClock } from '@xc/core/testing';

// A bad day of the second level is one line, and a day passes at once.
const clock = new ManualClock();
const plan = { fail: 0 };
const cache = createCache({
  clock,
  l2: chaosTier(memoryTier({ clock }), plan),
});

await cache.set('greeting', 'hello');
plan.fail = 1;
assert.equal(await cache.getOrSet('other', async () => 'loaded'), 'loaded');
const { delivered } = await cache.invalidate({ key: 'greeting' });
assert.equal(delivered, false);
assert.equal(await cache.get('greeting'), undefined);

plan.fail = 0;
await clock.advance(60_000); // repeated until it arrives
assert.equal(cache.stats().recoveryQueue, 0);
