import assert from 'node:assert/strict';

import { createBreaker, fallback, pipeline, retry, timeout } from '@xc/breaker';

const lastGood = new Map([['lisbon', { name: 'Lisbon', population: 517_802 }]]);

const cities = pipeline(
  [
    fallback((_error, context) => lastGood.get(context.key ?? '')), // answers when all else has failed
    timeout(2_000), // for the whole call, retries included
    retry({ attempts: 3 }),
    createBreaker({ name: 'cities' }),
    timeout(500), // for one attempt
  ],
  { name: 'cities' },
);

const city = await cities.run(
  () => {
    throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
  },
  { key: 'lisbon', idempotent: true },
);

assert.deepEqual(city, { name: 'Lisbon', population: 517_802 });
assert.deepEqual(cities.warnings, []); // an order that is known to be wrong is named here
