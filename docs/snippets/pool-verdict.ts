import assert from 'node:assert/strict';
import { isXcError } from '@xc/core';
import { createPool } from '@xc/pool';
import { fakeFactory } from '@xc/pool/testing';

const pool = createPool(fakeFactory(), { max: 1, acquireTimeoutMs: 50 });

// Somebody took the only one, and did something else with it in the hand.
const forgotten = await pool.acquire({ label: 'nightly report' });

const refused = await pool.acquire().catch((error: unknown) => error);
assert(isXcError(refused, 'XC_POOL_TIMEOUT'));
assert.equal(refused.details.verdict, 'leak-suspected');

const { advice, suspects } = pool.diagnose();
assert.equal(suspects[0]?.label, 'nightly report');
assert.equal(typeof advice, 'string');

forgotten.release();
await pool.drain();
