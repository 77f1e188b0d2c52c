import { checkInteger, shown } from '../keys/shown.ts';

/** One table whose rows are moved. */
export interface PgTable {
  /** Its name, with a schema or without: exactly as it is written in the catalogue. */
  readonly name: string;
  /** The columns that name a row; there has to be a unique index on them. */
  readonly key: string | readonly string[];
  /** The column with the partition; the application fills it from `context.partition`. */
  readonly partition: string;
}

/** A table with its options checked. */
export interface CheckedTable {
  readonly name: string;
  readonly key: readonly string[];
  readonly partition: string;
}

/** @throws TypeError for what is no table, RangeError for two of one name. */
export function checkTables(tables: readonly PgTable[]): readonly CheckedTable[] {
  if (!Array.isArray(tables) || tables.length === 0) {
    throw new TypeError(`tables must be an array of at least one, got ${shown(tables)}`);
  }
  const names = new Set<string>();
  return tables.map((table: PgTable) => {
    if (typeof table !== 'object' || table === null)
      throw new TypeError(`a table must be an object, got ${shown(table)}`);
    const name = checkName('name', table.name);
    if (names.has(name)) throw new RangeError(`table ${shown(name)} is named twice`);
    names.add(name);
    const key = (Array.isArray(table.key) ? table.key : [table.key]) as readonly string[];
    if (key.length === 0) throw new TypeError(`key of table ${shown(name)} must be a column or several, got none`);
    for (const column of key) checkName(`key of table ${shown(name)}`, column);
    if (new Set(key).size < key.length) throw new RangeError(`key of table ${shown(name)} names a column twice`);
    return { name, key, partition: checkName(`partition of table ${shown(name)}`, table.partition) };
  });
}

/** @throws RangeError */
export function checkSchema(schema: unknown): string {
  if (typeof schema === 'string' && /^[a-z_][a-z0-9_]{0,39}$/.test(schema)) return schema;
  throw new RangeError(`schema must be a plain name in small letters, got ${shown(schema)}`);
}

/** @throws RangeError */
export function checkPartitions(partitions: unknown): number {
  return checkInteger('partitions', partitions, 1, 65_536);
}

function checkName(what: string, name: unknown): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is refused
  if (typeof name === 'string' && name !== '' && !/\u0000/.test(name)) return name;
  throw new TypeError(`${what} must be a name, got ${shown(name)}`);
}
