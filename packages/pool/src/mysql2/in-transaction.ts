import type { DualMethodDecorator } from '@xc/core';
import type { Connection } from 'mysql2/promise';
import type { Pool } from '../pool.ts';
import { runTransaction } from '../transaction/run-transaction.ts';
import type { TransactionDialect } from '../transaction/transaction-dialect.ts';
import type { TransactionOptions } from '../transaction/transaction-options.ts';
import { type AsyncMethod, transactional } from '../transaction/transactional.ts';
import { isRepeatable } from './mysql-errors.ts';

const mysql: TransactionDialect<Connection> = {
  async begin(connection, { isolation, readOnly }) {
    // For the next transaction alone.
    if (isolation !== undefined) await connection.query(`SET TRANSACTION ISOLATION LEVEL ${isolation.toUpperCase()}`);
    await connection.query(readOnly ? 'START TRANSACTION READ ONLY' : 'START TRANSACTION');
  },
  async commit(connection) {
    await connection.query('COMMIT');
  },
  async rollback(connection) {
    await connection.query('ROLLBACK');
  },
  repeatable: isRepeatable,
};

/**
 * Runs `fn` in a transaction on one connection: begins, commits what it did, and rolls back when it fails. Deadlocks (1213) and
 * lock wait timeouts (1205) run all of `fn` again, up to `attempts` times, with jittered back-off: so what it does besides must
 * be repeatable, and it must not swallow such an error. Inside of another transaction on the same pool it joins that one.
 *
 * @throws What `fn` throws; what the pool throws when there is no connection.
 *
 * @example
 * ```ts
 * await inTransaction(pool, async (connection) => {
 *   await connection.execute('UPDATE account SET balance = balance - ? WHERE id = ?', [5, 1]);
 *   await connection.execute('UPDATE account SET balance = balance + ? WHERE id = ?', [5, 2]);
 * });
 * ```
 */
export function inTransaction<R>(
  pool: Pool<Connection>,
  fn: (connection: Connection) => R | PromiseLike<R>,
  options: TransactionOptions = {},
): Promise<R> {
  return runTransaction(pool, mysql, fn, options);
}

/**
 * Runs the method as the body of `inTransaction`; inside of it, `currentResource(pool)` is the connection. Methods that call
 * each other share one transaction.
 */
export function Transactional(
  pool: Pool<Connection>,
  options: TransactionOptions = {},
): DualMethodDecorator<AsyncMethod> {
  return transactional<Connection>((body) => runTransaction(pool, mysql, body, options));
}
