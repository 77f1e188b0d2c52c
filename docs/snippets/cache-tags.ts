import assert from 'node:assert/strict';
import { createCache } from '@xc/cache';

const cache = createCache();
const row = { id: 7, name: 'Ada', team: 3 };

// Tags belong to what is stored, and may come from the value.
const load = async () => ({ ...row });
const tags = (user: typeof row) => ['users', `team:${user.team}`];
await cache.getOrSet('user:7', load, { tags });

// A load that began before the write must not be stored after it.
let finish: (value: typeof row) => void = () => {};
const slow = () =>
  new Promise<typeof row>((resolve) => {
    finish = resolve;
  });
await cache.invalidate({ key: 'user:7' });
const early = cache.getOrSet('user:7', slow, { tags }); // reads 'Ada'
await Promise.resolve();
row.name = 'Grace';
await cache.invalidate({ tags: ['team:3'] }); // a tag of the value still on its way
finish({ id: 7, name: 'Ada', team: 3 });
assert.equal((await early).name, 'Ada'); // it asked before the write
assert.equal(
  (await cache.getOrSet('user:7', load, { tags })).name,
  'Grace',
);
assert.equal(cache.stats().discardedFills, 1);

// One step each, however many keys they cover.
await cache.invalidate({ prefix: 'user:' });
await cache.namespace('tenant-1').invalidate({ all: true });
await cache.invalidate({ all: true });
