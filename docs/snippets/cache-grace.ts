import assert from 'node:assert/strict';
import { createCache } from '@xc/cache';
import { ManualClock } from '@xc/core/testing';

const clock = new ManualClock();
const cache = createCache({
  clock,
  defaults: {
    ttlMs: 60_000,
    jitter: 0,
    graceMs: 3_600_000, // an hour of stale answers is better than none
    softTimeoutMs: 100, // with a stale answer at hand nobody waits longer
    hardTimeoutMs: 2_000, // without one nobody waits longer than this
  },
});

await cache.getOrSet('weather', async () => 'sunny');
await clock.advance(60_000);

const away = async (): Promise<string> => {
  throw new Error('the database is away');
};
assert.equal(await cache.getOrSet('weather', away), 'sunny');

const slow = () => clock.sleep(30_000).then(() => 'cloudy');
await clock.advance(1_000); // graceThrottleMs: then the source is tried again
const answer = cache.getOrSet('weather', slow);
await clock.advance(100);
assert.equal(await answer, 'sunny'); // the load goes on
await clock.advance(30_000);
assert.equal(await cache.get('weather'), 'cloudy');

// What was invalidated is never served, grace or not.
await cache.invalidate({ key: 'weather' });
await assert.rejects(cache.getOrSet('weather', away), /is away/);
