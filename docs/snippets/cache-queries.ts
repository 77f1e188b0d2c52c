import assert from 'node:assert/strict';
import { cachedQuery, classifySql, createCache } from '@xc/cache';

let runs = 0;
const run = async (sql: string, params: readonly unknown[]) => {
  runs++; // pool.query(sql, [...params])
  return [{ sql, params }];
};
const query = cachedQuery(createCache(), run, {
  scope: 'main', // the database, the tenant, the role
  ttlMs: 60_000,
});

const byId = 'SELECT name FROM users WHERE id = $1';
await query(byId, [1], { tables: ['users'] });
await query('SELECT name  FROM users -- again\nWHERE id = $1', [1], {
  tables: ['users'],
});
assert.equal(runs, 1);

await query.write('UPDATE users SET name = $1', ['Ada'], ['users']);
await query(byId, [1], { tables: ['users'] });
assert.equal(runs, 3);

assert.equal(classifySql('SELECT * FROM users FOR UPDATE'), 'locking');
assert.equal(classifySql('SELECT now()'), 'volatile');
assert.equal(
  classifySql(
    'WITH gone AS (DELETE FROM users RETURNING *) SELECT * FROM gone',
  ),
  'write',
);
