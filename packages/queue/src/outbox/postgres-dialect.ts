import { type Dialect, removeFrom, rowOf } from './dialect.ts';

/**
 * PostgreSQL 13 or newer. Sequence numbers are drawn before their rows can be seen, so a reader that went by them alone would skip
 * rows of transactions that are still open. Every row therefore names its transaction, and only rows below the oldest one that is
 * open are read: a transaction with a lower number has ended by then, and its rows can be seen or will never be.
 *
 * Reading stops at the first row that is not below: had its transaction begun to write later than that of the row behind it, the
 * one behind would be read first. So a row never passes one that was committed before it was written, whoever else is open.
 * What holds reading up is any transaction of the server that writes and does not end.
 */
export function postgresDialect(table: string): Dialect {
  const sequence = `${table}_seq`;
  return {
    ddl: [
      `CREATE SEQUENCE IF NOT EXISTS ${sequence}`,
      `CREATE TABLE IF NOT EXISTS ${table} (
  seq bigint PRIMARY KEY,
  tx xid8 NOT NULL,
  id text NOT NULL,
  queue text NOT NULL,
  type text NOT NULL,
  data text,
  options text
)`,
    ],

    async insert(tx, { id, queue, type, data, options }) {
      // In this order: the transaction has its number before it draws one of the sequence.
      await tx(
        `INSERT INTO ${table} (tx, seq, id, queue, type, data, options)
SELECT pg_current_xact_id(), nextval('${sequence}'), $1, $2, $3, $4, $5`,
        [id, queue, type, data, options],
      );
    },

    async takeTurn(tx) {
      await tx(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text AS turn`, [`xc outbox ${table}`]);
    },

    async read(tx, after, limit) {
      const { rows } = await tx(
        `SELECT row.seq::text AS seq, id, queue, type, data, options,
  CASE WHEN tx < pg_snapshot_xmin(pg_current_snapshot()) THEN 'yes' ELSE 'no' END AS below
FROM ${table} AS row WHERE row.seq > $1::bigint ORDER BY row.seq LIMIT ${limit}`,
        [after],
      );
      const open = rows.findIndex((row) => row.below !== 'yes');
      return (open < 0 ? rows : rows.slice(0, open)).map(rowOf);
    },

    remove: (tx, sequences) => removeFrom(table, tx, sequences),
  };
}
