import type { Place } from '../moving/data-adapter.ts';
import type { MoverQuery } from './mover-session.ts';
import type { RowTexts } from './read-rows.ts';
import { quotedText, textArray } from './sql-text.ts';
import type { Column, TableShape } from './table-shape.ts';

/** SQLSTATE of a value that is there already and must be there once. */
const UNIQUE = '23505';

/** Whether a row could not be written because of a value that another row still has. */
export function isInTheWay(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === UNIQUE;
}

/**
 * Removes rows that have a value which now belongs to another one. They are as they were a while ago: where they come from, the
 * value has left them, and that change is noted and on its way. Rows of other partitions stay, and the write fails as it should.
 */
export async function makeWay(
  query: MoverQuery,
  shape: TableShape,
  at: Place,
  rows: readonly RowTexts[],
): Promise<void> {
  if (rows.length === 0) return;
  for (const unique of await uniqueColumns(query, shape)) {
    const needed = [...new Set([...shape.key, ...unique])];
    const nameOf = (column: Column): string => `given.c${needed.indexOf(column)}::${column.type}`;
    const parameters = needed.map((_, index) => `$${index + 1}::text[]`).join(', ');
    const aliases = needed.map((_, index) => `c${index}`).join(', ');
    const equal = unique.map((column) => `t.${column.quoted} = ${nameOf(column)}`).join(' and ');
    const other = shape.key.map((column) => `t.${column.quoted} is distinct from ${nameOf(column)}`).join(' or ');
    await query(
      `delete from ${shape.qualified} t using unnest(${parameters}) given (${aliases})
        where t.${shape.partition} = ${at.partition} and ${equal} and (${other})`,
      needed.map(({ name }) => textArray(rows.map((row) => row[name] ?? null))),
    );
  }
}

/** Of each unique index besides that of the key. */
async function uniqueColumns(query: MoverQuery, shape: TableShape): Promise<readonly (readonly Column[])[]> {
  const found = await query(`select string_agg(a.attname::text, chr(31) order by a.attname) from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])
    where i.indrelid = ${quotedText(shape.qualified)}::regclass and i.indisunique and i.indpred is null and i.indexprs is null
    group by i.indexrelid`);
  const key = shape.key.map(({ name }) => name).sort();
  return found.flatMap(([names]) => {
    const columns = String(names)
      .split('\u001f')
      .map((name) => shape.columns.find((column) => column.name === name));
    const isKey = JSON.stringify(columns.map((column) => column?.name).sort()) === JSON.stringify(key);
    // A generated column is not carried: what is in its way is found by nobody here.
    return isKey || columns.includes(undefined) ? [] : [columns as readonly Column[]];
  });
}
