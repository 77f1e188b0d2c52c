import assert from 'node:assert/strict';
import { createCache } from '@xc/cache';

const cache = createCache({ defaults: { ttlMs: 60_000 } });
let queries = 0;
const load = async () => {
  queries++;
  return { name: 'Bern' };
};

const visitors = Array.from({ length: 1_000 }, () =>
  cache.getOrSet('city:1', load, { fill: 'cluster' }),
);
const cities = await Promise.all(visitors);
assert.equal(queries, 1);
assert.equal(cities.length, 1_000);

// Many keys: one question for what is missing, in the order asked.
const names = await cache.getOrSetMany(
  ['city:1', 'city:2', 'city:3'],
  async (missing) => new Map(missing.map((key) => [key, { name: key }])),
);
assert.deepEqual(
  [...names.values()].map((city) => city?.name),
  ['Bern', 'city:2', 'city:3'],
);

// Single asks of one tick become one question.
const places = cache.define('place', {
  loadMany: async (ids: readonly number[]) =>
    ids.map((id) => `place ${id}`),
});
assert.deepEqual(await Promise.all([places.get(1), places.get(2)]), [
  'place 1',
  'place 2',
]);
