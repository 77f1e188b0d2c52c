import { XcError } from '@xc/core';
import { shown } from '../keys/shown.ts';
import type { Place } from '../moving/data-adapter.ts';
import type { MoverQuery } from './mover-session.ts';
import { keyList, type RowTexts } from './read-rows.ts';
import { textArray } from './sql-text.ts';
import type { Column, TableShape } from './table-shape.ts';

/** Characters sent with one statement, but for a row that has more by itself. */
const STATEMENT_CHARACTERS = 16 * 1_024 * 1_024;

/** Deletes rows of the partition. */
export async function deleteRows(
  query: MoverQuery,
  shape: TableShape,
  at: Place,
  parts: readonly (readonly string[])[],
): Promise<void> {
  if (parts.length === 0) return;
  const { from, on, values } = keyList(shape, parts, 1);
  const mine = `t.${shape.partition} = ${at.partition}`;
  await query(`delete from ${shape.qualified} t using ${from} where ${on} and ${mine}`, values);
}

/**
 * Deletes rows whose identity is another now: they were deleted and inserted again where they come from, and a value that is given
 * once cannot be updated.
 */
export async function deleteReborn(
  query: MoverQuery,
  shape: TableShape,
  at: Place,
  rows: readonly RowTexts[],
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const fixed = columnsOf(shape, first).filter((column) => column.isFixed && !shape.key.includes(column));
  if (fixed.length === 0) return;
  const needed = [...shape.key, ...fixed];
  const parameters = needed.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const aliases = needed.map((_, index) => `c${index}`).join(', ');
  const relation = (is: string) => (column: Column) =>
    `t.${column.quoted} ${is} given.c${needed.indexOf(column)}::${column.type}`;
  const same = shape.key.map(relation('=')).join(' and ');
  const other = fixed.map(relation('is distinct from')).join(' or ');
  await query(
    `delete from ${shape.qualified} t using unnest(${parameters}) given (${aliases})
      where ${same} and t.${shape.partition} = ${at.partition} and (${other})`,
    needed.map(({ name }) => textArray(rows.map((row) => row[name] ?? null))),
  );
}

/** Makes rows what these are, whether they are there or not. */
export async function putRows(query: MoverQuery, shape: TableShape, rows: readonly RowTexts[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = columnsOf(shape, first);
  const names = columns.map(({ quoted }) => quoted).join(', ');
  const parameters = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const aliases = columns.map((_, index) => `c${index}`).join(', ');
  const casts = columns.map(({ type }, index) => `c${index}::${type}`).join(', ');
  const keys = shape.key.map(({ quoted }) => quoted).join(', ');
  const free = columns.filter((column) => !shape.key.includes(column) && !column.isFixed);
  const sets = free.map(({ quoted }) => `${quoted} = excluded.${quoted}`).join(', ');
  const text = `insert into ${shape.qualified} (${names}) overriding system value
    select ${casts} from unnest(${parameters}) given (${aliases})
    on conflict (${keys}) do ${sets === '' ? 'nothing' : `update set ${sets}`}`;
  for (const batch of batches(rows)) {
    await query(
      text,
      columns.map(({ name }) => textArray(batch.map((row) => row[name] ?? null))),
    );
  }
}

/** Deletes at most so many rows of the partition: by key, so that two who purge do not wait for each other in a circle. */
export async function purgeTable(query: MoverQuery, shape: TableShape, at: Place, limit: number): Promise<number> {
  const keys = shape.key.map(({ quoted }) => quoted).join(', ');
  const mine = `${shape.partition} = ${at.partition}`;
  const rows =
    await query(`with batch as (select ${keys} from ${shape.qualified} where ${mine} order by ${keys} limit ${limit}),
    gone as (delete from ${shape.qualified} t using batch b
      where ${shape.key.map(({ quoted }) => `t.${quoted} = b.${quoted}`).join(' and ')} and t.${mine} returning 1)
    select count(*)::text from gone`);
  return Number(rows[0]?.[0]);
}

/** What is not on both sides would be lost, or made up. */
function columnsOf({ table, columns }: TableShape, row: RowTexts): readonly Column[] {
  const missing = Object.keys(row).find((name) => !columns.some((column) => column.name === name));
  if (missing === undefined) return columns.filter(({ name }) => name in row);
  throw new XcError('XC_SHARD_TABLE_DIFFERS', `table ${table.name} has no column ${shown(missing)} at the target`, {
    details: { table: table.name, column: missing },
  });
}

function* batches(rows: readonly RowTexts[]): Generator<readonly RowTexts[]> {
  let batch: RowTexts[] = [];
  let characters = 0;
  for (const row of rows) {
    let own = 0;
    for (const name in row) own += row[name]?.length ?? 0;
    if (batch.length > 0 && characters + own > STATEMENT_CHARACTERS) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(row);
    characters += own;
  }
  yield batch;
}
