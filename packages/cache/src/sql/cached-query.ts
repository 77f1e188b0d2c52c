import type { Cache } from '../api/cache.ts';
import type { EntryOptions } from '../api/entry-options.ts';
import type { Invalidation } from '../api/target.ts';
import { AbortWatch } from '../engine/abort-watch.ts';
import { abortable } from '../engine/abortable.ts';
import { cacheKey } from '../keys/cache-key.ts';
import { describe } from '../keys/check-key.ts';
import { ownCopy } from '../keys/own-copy.ts';
import { checkCache, ensureOpen } from '../options/check-cache.ts';
import { checkObject } from '../options/check-names.ts';
import { checkTags } from '../options/check-tags.ts';
import { checkSignal, planDefaults } from '../options/entry-plan.ts';
import { statementReader } from './read-statement.ts';

/** Runs one statement. */
export type QueryRunner<Rows> = (
  sql: string,
  params: readonly unknown[],
  context: { readonly signal: AbortSignal },
) => Promise<Rows>;

/** Options of `cachedQuery`. */
export interface CachedQueryOptions<Rows> extends EntryOptions<Rows> {
  /**
   * Part of every key: what else the rows depend on, such as the database or the tenant.
   * @defaultValue ''
   */
  readonly scope?: string;
}

/** Options of one query. */
export interface QueryOptions<Rows> extends EntryOptions<Rows> {
  /** The tables that the rows come from: a write to one of them invalidates the rows. Without them they go by their ttl alone. */
  readonly tables?: readonly string[];
}

/** A query function that remembers what it read. */
export interface CachedQuery<Rows> {
  /**
   * The rows: remembered where the statement only reads, else those of a run of it. `signal` settles the caller at once; a write
   * that was begun goes on all the same, so that what was read before it is forgotten after it.
   *
   * @throws what the run rejects with; nothing is stored then.
   */
  (sql: string, params?: readonly unknown[], options?: QueryOptions<Rows>): Promise<Rows>;
  /** Runs `sql` uncached, then invalidates everything read from `tables`. Call it (or `invalidateTables`) after COMMIT. */
  write(sql: string, params: readonly unknown[], tables: readonly string[]): Promise<Rows>;
  /** Invalidates everything read from these tables. Case and schema do not count. */
  invalidateTables(...tables: string[]): Promise<Invalidation>;
}

/**
 * Wraps any SQL function into one that caches reads and invalidates on writes. The key is the scope, the statement without
 * comments and needless white space, and the parameters with their types. What is not certain to be a plain read passes through.
 * Where rows are to be remembered, `run` gets a copy of the parameters as they were when the query was asked. Once the cache is disposed
 * of nothing runs any more.
 *
 * @throws TypeError or RangeError when `cache` is no cache, `run` is not a function, or an option cannot be; the query and its `write`
 * reject with one for parameters, tables or options that cannot be.
 *
 * @example
 * ```ts
 * const query = cachedQuery(cache, (sql, params) => pool.query(sql, [...params]), { ttlMs: 60_000 });
 * await query('select * from users where id = $1', [1], { tables: ['users'] });
 * await query.write('update users set name = $1 where id = $2', ['Ada', 1], ['users']);
 * ```
 */
export function cachedQuery<Rows>(
  cache: Cache,
  run: QueryRunner<Rows>,
  options: CachedQueryOptions<Rows> = {},
): CachedQuery<Rows> {
  checkCache(cache);
  if (typeof run !== 'function') throw new TypeError(`run must be a function, got ${typeof run}`);
  planDefaults(options as EntryOptions<never>, undefined, ['scope']);
  const { scope = '', ...defaults } = options;
  if (typeof scope !== 'string') throw new TypeError(`scope must be a string, got ${typeof scope}`);
  const read = statementReader();
  const aborts = new AbortWatch();

  const invalidateTables = async (...tables: string[]) => cache.invalidate({ tags: tables.map(tableTag) });
  const write = async (sql: string, params: readonly unknown[], tables: readonly string[]) => {
    if (typeof sql !== 'string') throw new TypeError(`sql must be a string, got ${typeof sql}`);
    checkList('params', params);
    checkTables(tables);
    // What could not be forgotten afterwards is not written.
    ensureOpen(cache);
    const rows = await run(sql, params, { signal: new AbortController().signal });
    await invalidateTables(...tables);
    return rows;
  };
  const query = async (sql: string, params: readonly unknown[] = [], own: QueryOptions<Rows> = {}) => {
    checkObject('options', own);
    const { tables = [], ...entry } = own;
    checkList('params', params);
    checkTables(tables);
    const { kind, text } = read(sql);
    ensureOpen(cache);
    if (kind !== 'read') {
      const { signal } = entry;
      if (signal !== undefined) checkSignal(signal);
      signal?.throwIfAborted();
      const passing =
        kind === 'write'
          ? write(sql, params, tables)
          : run(sql, params, { signal: signal ?? new AbortController().signal });
      return abortable(passing, signal, aborts);
    }
    const tags = tagsOf(entry.tags ?? defaults.tags, tables.map(tableTag));
    const key = cacheKey('sql', scope, text, params);
    const given = ownCopy(params);
    return cache.getOrSet<Rows>(key, ({ signal }) => run(sql, given, { signal }), { ...defaults, ...entry, tags });
  };
  return Object.assign(query, { write, invalidateTables });
}

function tagsOf<Rows>(
  tags: EntryOptions<Rows>['tags'],
  tables: readonly string[],
): NonNullable<EntryOptions<Rows>['tags']> {
  if (typeof tags !== 'function') return [...checked(tags ?? []), ...tables];
  return (rows, key) => [...checked(tags(rows, key)), ...tables];
}

function checked(tags: readonly string[]): readonly string[] {
  checkTags(tags);
  return tags;
}

function checkList(name: string, list: unknown): asserts list is readonly unknown[] {
  if (!Array.isArray(list)) throw new TypeError(`${name} must be an array, got ${describe(list)}`);
}

/** Before anything runs: what was written must not fail for a name afterwards. */
function checkTables(tables: readonly string[]): void {
  checkList('tables', tables);
  for (const table of tables) tableTag(table);
}

/** A name with a schema and the same name without are taken for one table: rather too much goes than too little. */
function tableTag(table: string): string {
  if (typeof table !== 'string' || table === '')
    throw new TypeError(`a table must be a name, got ${JSON.stringify(table)}`);
  return `table:${table
    .slice(table.lastIndexOf('.') + 1)
    .replaceAll('"', '')
    .toLowerCase()}`;
}
