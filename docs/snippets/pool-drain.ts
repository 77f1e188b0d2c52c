import assert from 'node:assert/strict';
import { createPool } from '@xc/pool';
import { fakeFactory } from '@xc/pool/testing';

const pool = createPool(fakeFactory(), { min: 2, max: 10 });

// Refuse to become ready before the database is there.
await pool.warm({ deadlineMs: 5_000 });
assert.equal(pool.stats().idle, 2);

// On SIGTERM: no new borrowers, wait for the lent ones, then close by force. It always settles.
const stuck = await pool.acquire({ label: 'stuck' });
const report = await pool.drain({ deadlineMs: 100 });
assert.deepEqual([report.clean, report.forced], [false, 1]);
assert.equal(report.abandoned[0]?.label, 'stuck');
assert(stuck.signal.aborted);
