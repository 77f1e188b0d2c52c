import assert from 'node:assert/strict';
import { createCache } from '@xc/cache';
import { isXcError } from '@xc/core';

const cache = createCache();
let charges = 0;
const pay = (idempotencyKey: string, cents: number) =>
  cache.once(
    `pay:${idempotencyKey}`,
    async () => {
      charges++;
      return { receipt: `r-${cents}` };
    },
    { fingerprint: `${cents}`, ttlMs: 86_400_000 },
  );

const [first, again] = await Promise.all([pay('k1', 500), pay('k1', 500)]);
assert.deepEqual(first, again);
assert.equal(charges, 1);

// The same key for another request is a mistake of the client: 422.
const other = await pay('k1', 700).catch((error: unknown) => error);
assert.ok(isXcError(other, 'XC_CACHE_ONCE_MISMATCH'));

// A failure is not remembered, and frees the key.
await assert.rejects(
  cache.once('pay:k2', async () => {
    throw new Error('the card was declined');
  }),
);
assert.equal(await cache.once('pay:k2', async () => 'paid'), 'paid');
