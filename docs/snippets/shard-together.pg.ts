import assert from 'node:assert/strict';
import {
  createRouter,
  createTopology,
  hashPartitions,
  memoryTopologyStore,
} from '@xc/shard';
import { pgAdapter, pgConnect } from '@xc/shard/pg';
import pg from 'pg';

export async function show(urls: readonly string[]): Promise<void> {
  const [north, south] = urls.map((connectionString) => {
    return new pg.Pool({ connectionString });
  }) as [pg.Pool, pg.Pool];
  const name = `together_${process.pid}`;
  for (const pool of [north, south]) {
    await pool.query(`
      CREATE SCHEMA ${name};
      CREATE TABLE ${name}.customer (
        id text PRIMARY KEY, spent int NOT NULL,
        xc_partition int NOT NULL);
      CREATE TABLE ${name}.purchase (
        customer text REFERENCES ${name}.customer, id int, price int NOT NULL,
        xc_partition int NOT NULL, PRIMARY KEY (customer, id))`);
  }

  // #region tables
  const partitioner = hashPartitions({ partitions: 16 });
  const adapter = pgAdapter({
    shards: { north, south },
    partitions: partitioner.partitions,
    // Who refers to another comes after it.
    tables: [
      {
        name: `${name}.customer`,
        key: 'id',
        partition: 'xc_partition',
      },
      {
        name: `${name}.purchase`,
        key: ['customer', 'id'],
        partition: 'xc_partition',
      },
    ],
    schema: `${name}_xc`,
  });
  await adapter.install();
  // #endregion

  const shards = [{ id: 'north' }, { id: 'south' }];
  const store = memoryTopologyStore(
    createTopology({ partitioner, shards }),
  );
  const connect = pgConnect({ north, south });
  const router = await createRouter({ partitioner, store, connect });

  // #region write
  // Both rows have the key of the customer, so they are in one database and
  // one transaction, today and after every move.
  await router.write('ada', (db, { partition }) =>
    db.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO ${name}.customer VALUES ($1, 0, $2)
          ON CONFLICT (id) DO NOTHING`,
        ['ada', partition],
      );
      await tx.query(
        `INSERT INTO ${name}.purchase VALUES ($1, $2, $3, $4)`,
        ['ada', 1, 250, partition],
      );
      await tx.query(
        `UPDATE ${name}.customer SET spent = spent + $2 WHERE id = $1`,
        ['ada', 250],
      );
    }),
  );

  // What is not in one partition is no transaction, and says so at once.
  await assert.rejects(
    router.writeTogether(['ada', 'bob'], () => undefined),
    { code: 'XC_SHARD_CROSS_SHARD' },
  );
  // #endregion

  const { rows } = await router.read('ada', (db) =>
    db.query(
      `SELECT spent, count(*)::int FROM ${name}.customer c
        JOIN ${name}.purchase p ON p.customer = c.id
        WHERE c.id = $1 GROUP BY spent`,
      ['ada'],
    ),
  );
  assert.deepEqual(rows, [{ spent: 250, count: 1 }]);

  await router[Symbol.asyncDispose]();
  for (const pool of [north, south]) {
    await pool.query(
      `DROP SCHEMA ${name} CASCADE; DROP SCHEMA ${name}_xc CASCADE`,
    );
    await pool.end();
  }
}
