import type { DualMethodDecorator } from '@xc/core';
import type { Client } from 'pg';
import type { Pool } from '../pool.ts';
import { rolledBackError } from '../transaction/rolled-back-error.ts';
import { runTransaction } from '../transaction/run-transaction.ts';
import type { TransactionDialect } from '../transaction/transaction-dialect.ts';
import type { TransactionOptions } from '../transaction/transaction-options.ts';
import { type AsyncMethod, transactional } from '../transaction/transactional.ts';
import { isRepeatable } from './pg-errors.ts';

const postgres: TransactionDialect<Client> = {
  async begin(client, { isolation, readOnly }) {
    const level = isolation === undefined ? '' : ` ISOLATION LEVEL ${isolation.toUpperCase()}`;
    await client.query(`BEGIN${level}${readOnly ? ' READ ONLY' : ''}`);
  },
  async commit(client) {
    const result: { readonly command: string } | undefined = await client.query('COMMIT');
    // That is how PostgreSQL answers when a statement has failed before, whoever caught its error.
    if (result?.command === 'ROLLBACK') throw rolledBackError();
  },
  async rollback(client) {
    await client.query('ROLLBACK');
  },
  repeatable: isRepeatable,
};

/**
 * Runs `fn` in a transaction on one connection: begins, commits what it did, and rolls back when it fails. Serialization
 * failures (40001) and deadlocks (40P01) run all of `fn` again, up to `attempts` times, with jittered back-off: so what it does
 * besides must be repeatable. Inside of another transaction on the same pool it joins that one.
 *
 * @throws What `fn` throws; XcError XC_POOL_ROLLED_BACK when `fn` caught the error of a statement and went on, since PostgreSQL
 * commits nothing then; what the pool throws when there is no connection.
 *
 * @example
 * ```ts
 * await inTransaction(pool, async (client) => {
 *   await client.query('UPDATE account SET balance = balance - 5 WHERE id = 1');
 *   await client.query('UPDATE account SET balance = balance + 5 WHERE id = 2');
 * }, { isolation: 'serializable' });
 * ```
 */
export function inTransaction<R>(
  pool: Pool<Client>,
  fn: (client: Client) => R | PromiseLike<R>,
  options: TransactionOptions = {},
): Promise<R> {
  return runTransaction(pool, postgres, fn, options);
}

/**
 * Runs the method as the body of `inTransaction`; inside of it, `currentResource(pool)` is the connection. Methods that call
 * each other share one transaction.
 */
export function Transactional(pool: Pool<Client>, options: TransactionOptions = {}): DualMethodDecorator<AsyncMethod> {
  return transactional<Client>((body) => runTransaction(pool, postgres, body, options));
}
