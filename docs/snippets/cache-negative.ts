import assert from 'node:assert/strict';
import { createCache } from '@xc/cache';
import { ManualClock } from '@xc/core/testing';

const clock = new ManualClock();
const cache = createCache({ clock, defaults: { negativeTtlMs: 5_000 } });
let queries = 0;
const find = async () => {
  queries++;
  return undefined; // there is no such user
};

await cache.getOrSet('user:404', find);
await cache.getOrSet('user:404', find);
assert.equal(queries, 1);
assert.equal(await cache.get('user:404'), undefined);
assert.equal(await cache.has('user:404'), true); // known not to be there
assert.equal((await cache.entry('user:404'))?.negative, true);

await clock.advance(5_000);
await cache.getOrSet('user:404', find);
assert.equal(queries, 2);

// What else says that there is nothing, and how long a failure is remembered.
await cache.getOrSet('search:zzz', async (): Promise<string[]> => [], {
  isNegative: (rows) => rows.length === 0,
  errorTtlMs: 1_000,
});
assert.equal((await cache.entry('search:zzz'))?.negative, true);
