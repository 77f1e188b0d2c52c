import assert from 'node:assert/strict';
import { createKeyedPool } from '@xc/pool';
import { fakeFactory } from '@xc/pool/testing';

const tenants = createKeyedPool((_tenant) => fakeFactory(), {
  max: 5,
  maxTotal: 50,
  keyIdleMs: 300_000,
});

await tenants.use('acme', (connection) => assert(connection.alive));
await tenants.use('globex', (connection) => assert(connection.alive));

assert.deepEqual(tenants.stats(), { keys: 2, total: 2, waiting: 0 });
assert.equal(tenants.statsOf('acme')?.idle, 1);
await tenants.drain();
