import assert from 'node:assert/strict';
import {
  createQueryMonitor,
  fingerprint,
  instrumentQueries,
  type SlowQuery,
} from '@xc/pool/query';

const slow: SlowQuery[] = [];
const monitor = createQueryMonitor({
  slowMs: 50,
  onSlow: (query) => slow.push(query),
});

// Any client whose `query` gives a promise.
const client = instrumentQueries(
  {
    async query(_sql: string) {
      await new Promise((resolve) => setTimeout(resolve, 120));
      return [];
    },
  },
  monitor,
);
await client.query("SELECT * FROM users WHERE email = 'ada@example.com'");

// Reported while it still ran, and again at its end; no value is in any report.
assert.deepEqual(
  slow.map(({ state }) => state),
  ['running', 'done'],
);
assert.equal(slow[0]?.shape, 'select * from users where email = ?');
assert.equal(monitor.top('total', 1)[0]?.count, 1);
assert.equal(
  fingerprint('INSERT INTO t VALUES (1, 2), (3, 4);'),
  'insert into t values (?)',
);
