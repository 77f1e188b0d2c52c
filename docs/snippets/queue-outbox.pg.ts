import assert from 'node:assert/strict';
import { createQueue } from '@xc/queue';
import { createOutbox, type Sql } from '@xc/queue/outbox';
import pg from 'pg';

export async function show(connectionString: string): Promise<void> {
  const pool = new pg.Pool({ connectionString });
  const outbox = createOutbox({ table: `outbox_snippet_${process.pid}` });
  for (const statement of outbox.ddl) await pool.query(statement);

  async function transaction<T>(fn: (tx: Sql) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const value = await fn((text, params) =>
        client.query(text, [...params]),
      );
      await client.query('COMMIT');
      return value;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  // The job is written where the order is written: both exist, or none.
  const data = { order: 7 };
  const entry = {
    queue: 'orders',
    type: 'confirm',
    data,
    options: { key: 'ada' },
  };
  const { id } = await transaction((tx) => outbox.add(tx, entry));
  const undone = transaction(async (tx) => {
    await outbox.add(tx, entry);
    throw new Error('out of stock');
  });
  await assert.rejects(undone);

  // Any number of processes may run a relay: they take turns.
  const queue = createQueue('orders');
  const relay = outbox.relay({ orders: queue }, { transaction });
  assert.equal(await relay.flush(), 1);
  assert.deepEqual((await queue.inspect(id))?.data, data);

  await relay.stop();
  await queue.close();
  await pool.query(`DROP TABLE outbox_snippet_${process.pid}`);
  await pool.end();
}
