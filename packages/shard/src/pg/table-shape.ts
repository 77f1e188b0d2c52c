import { shown } from '../keys/shown.ts';
import type { MoverQuery } from './mover-session.ts';
import { tableUnfit } from './pg-places.ts';
import { quotedName, quotedText } from './sql-text.ts';
import type { CheckedTable } from './table-options.ts';

/** A column that is moved. */
export interface Column {
  readonly name: string;
  readonly quoted: string;
  /** As a cast has it, with its schema, without a length: what is too long is refused then, not cut. */
  readonly type: string;
  /** GENERATED ALWAYS AS IDENTITY: given once, and never again. */
  readonly isFixed: boolean;
  /** How many bytes its text has at most, as SQL. */
  readonly size: string | undefined;
}

/** A table as a database has it at this moment. */
export interface TableShape {
  readonly table: CheckedTable;
  /** With its schema. */
  readonly qualified: string;
  readonly partition: string;
  readonly key: readonly Column[];
  /** Those of the key too; by name. Generated ones are not moved: the other side generates them. */
  readonly columns: readonly Column[];
}

/** Looks at the columns of tables, all in one question. */
export function shapesQuestion(qualified: readonly string[]): string {
  const tables = qualified.map((name) => `${quotedText(name)}::regclass`).join(', ');
  return `select array_position(array[${tables}]::oid[], a.attrelid)::text, a.attname::text,
      format_type(a.atttypid, -1), a.attidentity::text, t.typlen::text, t.typname::text
    from pg_attribute a join pg_type t on t.oid = a.atttypid
    where a.attrelid = any (array[${tables}]::oid[]) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    order by a.attrelid, a.attname collate "C"`;
}

/** Reads the answer of {@link shapesQuestion}. */
export function shapesOf(
  tables: readonly CheckedTable[],
  qualified: readonly string[],
  rows: Awaited<ReturnType<MoverQuery>>,
): readonly TableShape[] {
  return tables.map((table, index) => {
    const own = (rows as readonly (readonly string[])[]).filter(([place]) => place === String(index + 1));
    const columns = own.map(([, name = '', type = '', identity, length, kind = '']) => {
      const quoted = quotedName(name);
      return { name, quoted, type, isFixed: identity === 'a', size: sizeOf(quoted, Number(length), kind) };
    });
    const named = (name: string): Column => {
      const column = columns.find((one) => one.name === name);
      if (column === undefined) throw tableUnfit(table.name, `it has no column ${shown(name)}`);
      return column;
    };
    const partition = named(table.partition).quoted;
    return { table, qualified: qualified[index] as string, partition, key: table.key.map(named), columns };
  });
}

/** Without fetching what is stored out of line. */
function sizeOf(column: string, length: number, kind: string): string | undefined {
  if (length >= 0) return undefined;
  if (['text', 'varchar', 'bpchar'].includes(kind)) return `octet_length(${column})`;
  // Two digits a byte.
  if (kind === 'bytea') return `2 * octet_length(${column})`;
  // Whatever else is long may be compressed; text takes more than its binary form.
  return `4 * pg_column_size(${column})`;
}
