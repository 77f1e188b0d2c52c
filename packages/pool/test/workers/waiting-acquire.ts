import { createPool } from '../../src/index.ts';
import { fakeFactory } from '../../src/testing/index.ts';

/** Has a pool with everything that takes time, and a borrower that waits: none of it keeps the process alive. */
const pool = createPool(fakeFactory({ validates: true }), {
  max: 1,
  min: 1,
  keepaliveMs: 10_000,
  adaptive: { everyMs: 1_000 },
});
await pool.acquire();
pool.acquire({ timeoutMs: 5_000 }).catch(() => {});
console.log('waits');
