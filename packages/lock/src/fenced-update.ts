import { checkOptions, kindOf } from './option-checks.ts';

/** What {@link fencedUpdate} is to write, and where. */
export interface FencedUpdate {
  /** `name` or `schema.name`. */
  readonly table: string;
  /** Columns and their new values, at least one. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Columns and the values that tell the rows, at least one; `null` is asked for with IS NULL. */
  readonly where: Readonly<Record<string, unknown>>;
  /** Of the lease under which is written. */
  readonly fence: bigint;
  /**
   * A column for 64 bits, null in a row that nobody has written to.
   * @defaultValue 'fence'
   */
  readonly fenceColumn?: string;
  /**
   * `$1` or `?`.
   * @defaultValue 'postgres'
   */
  readonly dialect?: 'postgres' | 'mysql';
}

/** A statement and its values. */
export interface SqlStatement {
  /** With `$1` and so on, or `?`, in the place of values. */
  readonly sql: string;
  /** The values, in order. */
  readonly params: readonly unknown[];
}

const MAX_FENCE = 2n ** 63n - 1n;
const identifier = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$/;

/**
 * An UPDATE that whoever comes late cannot do: it changes only rows that no greater fence has written to, and leaves its own
 * there. When it changes 0 rows, somebody newer was there before, or there is no such row.
 *
 * Names of tables and columns are checked, values are parameters, the fence goes as decimal text: no driver rounds it.
 *
 * @throws TypeError for a name that is no identifier, for nothing to set or no condition, for a value that is `undefined`;
 * RangeError for a fence that no column of 64 bits takes.
 *
 * @example
 * ```ts
 * const { sql, params } = fencedUpdate({ table: 'jobs', set: { state: 'done' }, where: { id: 7 }, fence: lease.fence });
 * const { rowCount } = await client.query(sql, [...params]);
 * if (rowCount === 0) throw new Error('somebody newer is at it');
 * ```
 */
export function fencedUpdate(spec: FencedUpdate): SqlStatement {
  const kinds = ['table', 'set', 'where', 'fence', 'fenceColumn', 'dialect'].map((name) => [name, 'any'] as const);
  checkOptions(spec, Object.fromEntries(kinds), 'spec');
  const { table, fence, fenceColumn = 'fence', dialect = 'postgres' } = spec;
  if (typeof fence !== 'bigint') throw new TypeError(`fence must be a bigint, got ${kindOf(fence)}`);
  if (fence < 0n || fence > MAX_FENCE) throw new RangeError(`fence must be from 0 to ${MAX_FENCE}, got ${fence}`);
  if (dialect !== 'postgres' && dialect !== 'mysql') {
    throw new TypeError(`dialect must be 'postgres' or 'mysql', got ${kindOf(dialect)}`);
  }
  checkIdentifier('table', table);
  checkIdentifier('fenceColumn', fenceColumn);
  const set = columnsOf('set', spec.set);
  const where = columnsOf('where', spec.where);
  if (set.some(([column]) => column.toLowerCase() === fenceColumn.toLowerCase())) {
    throw new TypeError(`set must leave ${fenceColumn} to the fence`);
  }

  const params: unknown[] = [];
  const place = (value: unknown): string => {
    params.push(value);
    return dialect === 'postgres' ? `$${params.length}` : '?';
  };
  const decimal = String(fence);
  const assignments = set.map(([column, value]) => `${column} = ${place(value)}`);
  const fencePlace = place(decimal);
  const conditions = where.map(([column, value]) =>
    value === null ? `${column} IS NULL` : `${column} = ${place(value)}`,
  );
  const limit = dialect === 'postgres' ? fencePlace : place(decimal);
  const newest = `(${fenceColumn} IS NULL OR ${fenceColumn} <= ${limit})`;
  assignments.push(`${fenceColumn} = ${fencePlace}`);
  const sql = `UPDATE ${table} SET ${assignments.join(', ')} WHERE ${[...conditions, newest].join(' AND ')}`;
  return { sql, params };
}

function columnsOf(what: 'set' | 'where', values: unknown): readonly (readonly [string, unknown])[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new TypeError(`${what} must be an object of columns, got ${kindOf(values)}`);
  }
  const columns = Object.entries(values);
  if (columns.length === 0) throw new TypeError(`${what} must name at least one column`);
  for (const [column, value] of columns) {
    checkIdentifier(`a column of ${what}`, column);
    if (value === undefined) throw new TypeError(`${column} in ${what} must have a value, got undefined`);
  }
  return columns;
}

function checkIdentifier(what: string, name: unknown): void {
  if (typeof name === 'string' && identifier.test(name)) return;
  throw new TypeError(`${what} must be an identifier such as jobs or app.jobs, got ${kindOf(name)}`);
}
