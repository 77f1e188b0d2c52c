import assert from 'node:assert/strict';

import {
  createBreaker,
  fallback,
  pipeline,
  retry,
  timeout,
} from '@xc/breaker';

const lastGood = new Map([
  ['lisbon', { name: 'Lisbon', population: 517_802 }],
]);

const cities = pipeline(
  [
    // Answers when all else has failed.
    fallback((_error, context) => lastGood.get(context.key ?? '')),
    // For the whole call, retries included.
    timeout(2_000),
    retry({ attempts: 3 }),
    createBreaker({ name: 'cities' }),
    // For one attempt.
    timeout(500),
  ],
  { name: 'cities' },
);

const city = await cities.run(
  () => {
    throw Object.assign(new Error('connection refused'), {
      code: 'ECONNREFUSED',
    });
  },
  { key: 'lisbon', idempotent: true },
);

assert.deepEqual(city, { name: 'Lisbon', population: 517_802 });
// An order that is known to be wrong is named here.
assert.deepEqual(cities.warnings, []);
