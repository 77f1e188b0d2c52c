import assert from 'node:assert/strict';

const lastGood = new Map([['lisbon', { name: 'Lisbon', population: 517_802 }]]);
async function askTheDatabase(_id: string, _signal: AbortSignal): Promise<{ name: string; population: number }> {
  throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
}

// #region usage
import { createBreaker, fallback, pipeline, retry, timeout } from '@xc/breaker';

const cities = pipeline(
  [
    fallback((_error, { key }) => lastGood.get(key ?? '')), // answers when all else has failed
    timeout(2_000), // for the whole call
    retry({ attempts: 3 }),
    createBreaker({ name: 'cities' }),
    timeout(500), // for one attempt
  ],
  { name: 'cities' },
);

const city = await cities.run(({ signal }) => askTheDatabase('lisbon', signal), { key: 'lisbon', idempotent: true });
// #endregion

assert.deepEqual(city, { name: 'Lisbon', population: 517_802 });
