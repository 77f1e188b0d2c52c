import assert from 'node:assert/strict';
import { createPool, createReplicaPool } from '@xc/pool';
import { manualReplication } from '@xc/pool/testing';

// With a real database: `createPool(pgFactory(...))` for each node, and `pgReplication()` as the view.
const cluster = manualReplication(['a', 'b']);
await using database = createReplicaPool({
  nodes: ['a', 'b'].map((name) => ({
    name,
    pool: createPool(cluster.factory(name)),
  })),
  view: cluster.view,
});

const session = database.session();
cluster.pause('b');
await database.write(() => cluster.commit(), { session });

// The replica has not heard of the write yet: who wrote it is not sent there.
const node = await database.read((_, facts) => facts.node, { session });
assert.equal(node, 'a');

// In a cookie, it survives the request; the next one begins with it.
const nextRequest = database.session(session.token);
cluster.replay('b');
await new Promise((resolve) => setTimeout(resolve, 1_200));
assert.equal(
  await database.read((_, facts) => facts.role, { session: nextRequest }),
  'replica',
);
