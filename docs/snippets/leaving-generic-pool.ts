import assert from 'node:assert/strict';
// Was: import { createPool } from 'generic-pool';
import { createPool } from '@xc/pool/generic-pool';

let opened = 0;
const factory = {
  create: async () => ({ id: ++opened }),
  destroy: async () => {},
};

const pool = createPool(factory, { max: 10, min: 2, testOnBorrow: true });
const connection = await pool.acquire();
assert.equal(pool.isBorrowedResource(connection), true);
await pool.release(connection);

const twice = await pool.release(connection).catch((error) => error);
assert.equal(twice.message, 'Resource not currently part of this pool');

await pool.drain();
await pool.clear();
assert.equal(pool.size, 0);
