import type { Place } from '../moving/data-adapter.ts';
import type { MoverQuery } from './mover-session.ts';
import type { RowTexts } from './read-rows.ts';
import { quotedText, textArray } from './sql-text.ts';
import type { Column, TableShape } from './table-shape.ts';

/** SQLSTATEs of a value that is there already and must be there once, and of one that excludes another. */
const TAKEN: readonly unknown[] = ['23505', '23P01'];

/** What two rows must not have in common: these columns, by these operators. */
interface Exclusion {
  readonly columns: readonly Column[];
  readonly operators: readonly string[];
}

/** `chr(31)` */
const SEPARATOR = '\u001f';

/** Whether a row could not be written because of a value that another row still has. */
export function isInTheWay(error: unknown): boolean {
  return TAKEN.includes((error as { readonly code?: unknown } | null)?.code);
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
  for (const { columns, operators } of [...(await uniques(query, shape)), ...(await exclusions(query, shape))]) {
    const needed = [...new Set([...shape.key, ...columns])];
    const nameOf = (column: Column): string => `given.c${needed.indexOf(column)}::${column.type}`;
    const parameters = needed.map((_, index) => `$${index + 1}::text[]`).join(', ');
    const aliases = needed.map((_, index) => `c${index}`).join(', ');
    const meets = columns.map((column, at) => `t.${column.quoted} ${operators[at]} ${nameOf(column)}`).join(' and ');
    const other = shape.key.map((column) => `t.${column.quoted} is distinct from ${nameOf(column)}`).join(' or ');
    await query(
      `delete from ${shape.qualified} t using unnest(${parameters}) given (${aliases})
        where t.${shape.partition} = ${at.partition} and ${meets} and (${other})`,
      needed.map(({ name }) => textArray(rows.map((row) => row[name] ?? null))),
    );
  }
}

/** Each unique index besides that of the key. */
async function uniques(query: MoverQuery, shape: TableShape): Promise<readonly Exclusion[]> {
  const found = await query(`select string_agg(a.attname::text, chr(31) order by a.attname) from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])
    where i.indrelid = ${quotedText(shape.qualified)}::regclass and i.indisunique and i.indpred is null and i.indexprs is null
    group by i.indexrelid`);
  const key = shape.key.map(({ name }) => name).sort();
  return found.flatMap(([names]) => {
    const columns = carried(shape, String(names));
    const isKey = JSON.stringify(columns?.map(({ name }) => name).sort()) === JSON.stringify(key);
    return isKey || columns === undefined ? [] : [{ columns, operators: columns.map(() => '=') }];
  });
}

/** Each exclusion constraint. One over expressions, or over some rows only, is not found: what it turns away fails as it should. */
async function exclusions(query: MoverQuery, shape: TableShape): Promise<readonly Exclusion[]> {
  const found = await query(`select
      (select string_agg(a.attname::text, chr(31) order by k.place) from unnest(c.conkey) with ordinality k (number, place)
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number),
      (select string_agg(format('operator(%I.%s)', n.nspname, o.oprname), chr(31) order by k.place)
        from unnest(c.conexclop) with ordinality k (operator, place)
        join pg_operator o on o.oid = k.operator join pg_namespace n on n.oid = o.oprnamespace)
    from pg_constraint c join pg_index i on i.indexrelid = c.conindid
    where c.conrelid = ${quotedText(shape.qualified)}::regclass and c.contype = 'x' and i.indpred is null and i.indexprs is null`);
  return found.flatMap(([names, operators]) => {
    const columns = carried(shape, String(names));
    return columns === undefined ? [] : [{ columns, operators: String(operators).split(SEPARATOR) }];
  });
}

/** A generated column is not carried: what is in its way is found by nobody here. */
function carried(shape: TableShape, names: string): readonly Column[] | undefined {
  const columns = names.split(SEPARATOR).map((name) => shape.columns.find((column) => column.name === name));
  return columns.includes(undefined) ? undefined : (columns as readonly Column[]);
}
