import { type Clock, systemClock } from '@xc/core';
import { callable, oneOf, refuseUnknown, withMethods } from '../option-checks.ts';
import { lockRowDialect } from './lock-row-dialect.ts';
import type { Outbox } from './outbox.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { startRelay } from './relay.ts';
import { tableName } from './table-name.ts';
import { rowToWrite } from './written-row.ts';

/** What `createOutbox` is made with. */
export interface OutboxOptions {
  /** A plain name, with its schema before a dot where it needs one. @defaultValue 'xc_outbox' */
  readonly table?: string | undefined;
  /** @defaultValue 'postgres' */
  readonly dialect?: 'postgres' | 'mysql' | 'sqlite' | undefined;
  /** Paces relays. @defaultValue systemClock */
  readonly clock?: Clock | undefined;
}

/**
 * Keeps jobs in a table of your database until a relay has added them to their queues: a job exists exactly when the transaction
 * that wrote it has committed.
 *
 * @throws TypeError and RangeError for options that cannot be.
 *
 * @example
 * ```ts
 * const outbox = createOutbox();
 * for (const statement of outbox.ddl) await pool.query(statement);
 * await inTransaction(async (tx) => {
 *   await tx('INSERT INTO orders (id) VALUES ($1)', [id]);
 *   await outbox.add(tx, { queue: 'main', type: 'order.confirm', data: { id } });
 * });
 * const relay = outbox.relay({ main: queue }, { transaction: inTransaction });
 * ```
 */
export function createOutbox(options: OutboxOptions = {}): Outbox {
  refuseUnknown(options, ['table', 'dialect', 'clock']);
  const { clock = systemClock } = options;
  const table = tableName(options.table ?? 'xc_outbox');
  const kind = oneOf('dialect', options.dialect ?? 'postgres', ['postgres', 'mysql', 'sqlite']);
  withMethods('clock', clock, 'after', 'monotonic', 'now');
  const dialect = kind === 'postgres' ? postgresDialect(table) : lockRowDialect(table, kind);

  return {
    ddl: dialect.ddl,
    async add(tx, entry) {
      callable('tx', tx);
      const row = rowToWrite(entry, clock.now());
      await dialect.insert(tx, row);
      return { id: row.id };
    },
    relay: (queues, relayOptions) => startRelay(dialect, clock, queues, relayOptions),
  };
}
