import assert from 'node:assert/strict';
import { createCache } from '@xc/cache';

const database = new Map([
  ['city:1', 'Bern'],
  ['city:2', 'Thun'],
]);
const cache = createCache();
const read = (key: string) => cache.getOrSet(key, () => database.get(key));

for (let visit = 0; visit < 100; visit++) await read('city:1');
await read('city:2');

const [hottest] = cache.hotKeys(5);
assert.equal(hottest?.key, 'city:1');
assert.ok((hottest?.hits ?? 0) >= 99);
assert.ok(cache.stats().hitRate > 0.9);

// Somebody wrote to the database and told nobody.
database.set('city:2', 'Spiez');
const source = async (key: string) => database.get(key);
const report = await cache.verify({ source, repair: true });
assert.deepEqual(report.differsFromSource, ['city:2']);
assert.equal(await read('city:2'), 'Spiez');
