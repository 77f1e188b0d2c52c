import type { Sql } from './outbox.ts';

/** What differs between databases. */
export interface Dialect {
  readonly ddl: readonly string[];
  /** Writes a row. */
  insert(tx: Sql, row: Omit<OutboxRow, 'seq'>): Promise<void>;
  /** Waits until no other relay has its turn; the turn ends with the transaction. */
  takeTurn(tx: Sql): Promise<void>;
  /** Up to `limit` rows behind `after`, in sequence, before which no row can appear any more. */
  read(tx: Sql, after: string, limit: number): Promise<OutboxRow[]>;
  remove(tx: Sql, sequences: readonly string[]): Promise<void>;
}

/** A row as it is kept. */
export interface OutboxRow {
  /** Decimal digits: grows in the order in which rows were written. */
  readonly seq: string;
  readonly id: string;
  readonly queue: string;
  readonly type: string;
  /** JSON; `null` is the value `undefined`. */
  readonly data: string | null;
  readonly options: string | null;
}

/** Reads what a driver made of a row. */
export function rowOf(columns: Readonly<Record<string, unknown>>): OutboxRow {
  const { seq, id, queue, type, data, options } = columns;
  return {
    seq: String(seq),
    id: String(id),
    queue: String(queue),
    type: String(type),
    data: data === null || data === undefined ? null : String(data),
    options: options === null || options === undefined ? null : String(options),
  };
}

/** Deletes by sequence, each bound by itself: arrays are not the same in any two drivers. */
export async function removeFrom(table: string, tx: Sql, sequences: readonly string[]): Promise<void> {
  if (sequences.length === 0) return;
  const marks = sequences.map((_, index) => `$${index + 1}`).join(', ');
  await tx(`DELETE FROM ${table} WHERE seq IN (${marks})`, sequences);
}
