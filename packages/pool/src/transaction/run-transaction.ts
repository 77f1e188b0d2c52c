import { type Clock, exponentialBackoff, systemClock, systemRandom } from '@xc/core';
import { flag, oneOf, positiveInteger } from '../engine/option-rules.ts';
import type { Lease } from '../lease.ts';
import type { Pool } from '../pool.ts';
import { boundLease } from '../pooled/bound-resource.ts';
import { insideTransaction, inTurn, runningTransaction } from './running-transactions.ts';
import type { TransactionDialect } from './transaction-dialect.ts';
import type { TransactionOptions } from './transaction-options.ts';

/** The body of a transaction. */
export type TransactionBody<Client, R> = (client: Client) => R | PromiseLike<R>;

const MOST_ROLLBACK_MS = 5_000;

const backoff = exponentialBackoff({ baseMs: 10, capMs: 1_000, jitter: 'equal' });

/**
 * Begins, runs and commits on one connection, rolls back when `fn` fails, and starts over from the beginning, on any
 * connection, when the database made it fail for the sake of another transaction. Inside a transaction on the same pool it
 * joins that one, whose beginning is where both would start over.
 */
export async function runTransaction<Client, R>(
  pool: Pool<Client>,
  dialect: TransactionDialect<Client>,
  fn: TransactionBody<Client, R>,
  options: TransactionOptions,
): Promise<R> {
  const { isolation, readOnly = false, attempts = 3, clock = systemClock, random = systemRandom, ...acquire } = options;
  if (isolation !== undefined) oneOf('isolation', isolation, ['read committed', 'repeatable read', 'serializable']);
  flag('readOnly', readOnly);
  positiveInteger('attempts', attempts);
  const joined = runningTransaction(pool);
  if (joined !== undefined) return fn(joined.value);
  const run = (lease: Lease<Client>) => attemptOn(pool, lease, dialect, fn, { ...options, readOnly, clock });
  // A method that has a resource shares it with all it calls, as a second one could be waited for in vain. Of transactions
  // that it begins at once, each has the connection for itself.
  const shared = boundLease(pool);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (shared === undefined
        ? pool.use((_, lease) => run(lease), acquire)
        : inTurn(shared, () => run(shared)));
    } catch (error) {
      if (attempt >= attempts || !dialect.repeatable(error)) throw error;
      await clock.sleep(backoff.delayMs(attempt, random), options.signal);
    }
  }
}

async function attemptOn<Client, R>(
  pool: Pool<Client>,
  lease: Lease<Client>,
  dialect: TransactionDialect<Client>,
  fn: TransactionBody<Client, R>,
  options: TransactionOptions & { readonly clock: Clock },
): Promise<R> {
  const client = lease.value;
  await dialect.begin(client, options);
  try {
    const value = await insideTransaction(pool, lease, () => fn(client));
    // The caller has been told that it was given up: then nothing of it may stay.
    options.signal?.throwIfAborted();
    await dialect.commit(client);
    return value;
  } catch (error) {
    await rollBack(client, dialect, options.clock);
    throw error;
  }
}

/** When even this fails or hangs, the connection is as good as lost, which its pool finds out; the first error is what counts. */
function rollBack<Client>(client: Client, dialect: TransactionDialect<Client>, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const late = clock.after(MOST_ROLLBACK_MS, resolve);
    const over = () => {
      late.cancel();
      resolve();
    };
    dialect.rollback(client).then(over, over);
  });
}
