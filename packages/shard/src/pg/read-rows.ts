import type { Place, Row } from '../moving/data-adapter.ts';
import type { MoverQuery } from './mover-session.ts';
import type { RowKeys } from './row-key.ts';
import { quotedText, textArray } from './sql-text.ts';
import type { Column, TableShape } from './table-shape.ts';

/** A row as texts, by column: the form of a value that every type has, and that loses nothing of any. */
export type RowTexts = Readonly<Record<string, string | null>>;

/** Rows are fetched until they have about so many bytes together: a batch of large ones is a smaller batch. */
const BATCH_BYTES = 8 * 1_024 * 1_024;

/** A piece of the rows of one table, by key. */
export interface Page {
  readonly rows: readonly Row[];
  readonly isLast: boolean;
}

/** The next rows of a table, after the one with these key columns. */
export async function pageOf(
  query: MoverQuery,
  keys: RowKeys,
  { shape, table }: { readonly shape: TableShape; readonly table: number },
  at: Place,
  { after, limit }: { readonly after: readonly string[] | undefined; readonly limit: number },
): Promise<Page> {
  const { qualified, partition, key, columns } = shape;
  const order = key.map(({ quoted }) => quoted).join(', ');
  const behind = after?.map((_, index) => `$${index + 1}::text::${key[index]?.type}`).join(', ');
  const where = `${partition} = ${at.partition}${behind === undefined ? '' : ` and (${order}) > (${behind})`}`;
  const sizes = columns.flatMap(({ size }) => (size === undefined ? [] : [`coalesce(${size}, 0)::bigint`]));
  const size = ['64::bigint', ...sizes].join(' + ');
  // Of the last order the names are those of the table: by themselves they are the texts, which have another order.
  const found = await query(
    `select count_all::text, ${columns.map(asText).join(', ')} from (
      select *, count(*) over () as count_all, sum(bytes_own) over (order by ${order} rows unbounded preceding) - bytes_own as bytes_before
      from (select ${columns.map(({ quoted }) => quoted).join(', ')}, ${size} as bytes_own
        from ${qualified} where ${where} order by ${order} limit ${limit}) page
    ) sized where bytes_before < ${BATCH_BYTES} order by ${key.map(({ quoted }) => `sized.${quoted}`).join(', ')}`,
    after === undefined ? undefined : [...after],
  );
  const total = Number(found[0]?.[0] ?? 0);
  const rows = found.map(([, ...texts]) => rowOf(keys, table, shape, texts as readonly (string | null)[]));
  return { rows, isLast: total < limit && rows.length === total };
}

/** The rows of these keys, as far as they are there. */
export async function rowsOf(
  query: MoverQuery,
  keys: RowKeys,
  { shape, table }: { readonly shape: TableShape; readonly table: number },
  at: Place,
  parts: readonly (readonly string[])[],
): Promise<readonly Row[]> {
  const { qualified, partition, columns } = shape;
  const { from, on, values } = keyList(shape, parts, 1);
  const found = await query(
    `select ${columns.map((column) => `t.${asText(column)}`).join(', ')} from ${from} join ${qualified} t on ${on}
      where t.${partition} = ${at.partition}`,
    values,
  );
  return found.map((texts) => rowOf(keys, table, shape, texts as readonly (string | null)[]));
}

/** The hashes of the rows of these keys, as far as they are there, with the texts of their keys. */
export async function hashesOf(
  query: MoverQuery,
  shape: TableShape,
  at: Place,
  parts: readonly (readonly string[])[],
): Promise<readonly { readonly hash: string; readonly texts: readonly string[] }[]> {
  const { from, on, values } = keyList(shape, parts, 1);
  const texts = shape.key.map(({ quoted }) => `t.${quoted}::text`).join(', ');
  const found = await query(
    `select ${digestSource(shape, 't')}, ${texts} from ${from} join ${shape.qualified} t on ${on}
      where t.${shape.partition} = ${at.partition}`,
    values,
  );
  return (found as readonly (readonly [string, ...string[]])[]).map(([hash, ...own]) => ({ hash, texts: own }));
}

/** Keys as a table of their own, and how it is joined with rows that are called `t`. */
export function keyList(
  { key }: TableShape,
  parts: readonly (readonly string[])[],
  firstParameter: number,
): { readonly from: string; readonly on: string; readonly values: readonly string[] } {
  const names = key.map((_, index) => `k${index}`);
  const parameters = key.map((_, index) => `$${firstParameter + index}::text[]`);
  return {
    from: `unnest(${parameters.join(', ')}) wanted (${names.join(', ')})`,
    on: key.map(({ quoted, type }, index) => `t.${quoted} = wanted.k${index}::${type}`).join(' and '),
    values: key.map((_, index) => textArray(parts.map((one) => one[index] as string))),
  };
}

/** The text of the row that a digest is made of; whatever the order of its columns in the table is. */
export function digestSource({ table, columns }: TableShape, alias: string): string {
  return `md5(row(${[quotedText(table.name), ...columns.map(({ quoted }) => `${alias}.${quoted}`)].join(', ')})::text)`;
}

/** A number below 2^32 of the key of a row. */
export function keyHash({ table, key }: TableShape, alias: string): string {
  const parts = [quotedText(table.name), ...key.map(({ quoted }) => `${alias}.${quoted}::text`)];
  return `('x' || left(md5(concat_ws('|', ${parts.join(', ')})), 8))::bit(32)::bigint`;
}

function rowOf(keys: RowKeys, table: number, { key, columns }: TableShape, texts: readonly (string | null)[]): Row {
  const value: Record<string, string | null> = Object.create(null);
  for (const [index, { name }] of columns.entries()) value[name] = texts[index] as string | null;
  return { key: keys.keyOf({ table, parts: key.map(({ name }) => value[name] as string) }), value };
}

function asText({ quoted }: Column): string {
  return `${quoted}::text`;
}
