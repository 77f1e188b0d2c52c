import assert from 'node:assert/strict';
import { isXcError } from '@xc/core';
import { createPool } from '@xc/pool';

let opened = 0;
const factory = {
  create: async () => ({ id: ++opened }),
  destroy: async () => {},
};

const pool = createPool(factory, { max: 1 });
const first = await pool.acquire();
first.release();

const second = await pool.acquire();
assert.equal(second.value.id, 1);

// Late, and harmless: that lease has ended, and the loan is another's.
first.release();
assert.equal(second.ended, false);
assert.throws(
  () => first.value,
  (error) => isXcError(error, 'XC_POOL_LEASE_ENDED'),
);
assert.equal(pool.stats().misuse, 2);

second.release();
await pool.drain();
