import { exponentialBackoff, systemClock, systemRandom } from '@xc/core';
import { type GuardedTable, guardFunction, ownTables, statementFunction, truncateFunction } from './guard-sql.ts';
import { inMoverSession, type MoverQuery } from './mover-session.ts';
import { guardOf, type PgPlaces, tableUnfit } from './pg-places.ts';
import type { PgPool } from './pg-pool.ts';
import { shardTables } from './shard-tables.ts';
import { quotedName, quotedText } from './sql-text.ts';
import type { CheckedTable } from './table-options.ts';

/** What is installed. */
export interface Installation {
  readonly schema: string;
  readonly places: PgPlaces;
  readonly tables: readonly CheckedTable[];
  readonly partitions: number;
}

/** A trigger waits for the writers of its table, and all who come later wait behind it: never for longer than this. */
const LOCK_MS = 500;
const ATTEMPTS = 30;
const backoff = exponentialBackoff({ baseMs: 50, capMs: 1_000 });

const SELF_REFERENCE =
  'its rows refer to each other, and may come before those that they need: let this role set session_replication_role';

/** Types whose text is the same whatever the settings of a session are. */
const STEADY = "'bool,int2,int4,int8,text,varchar,bpchar,name,uuid,numeric,oid'";

/**
 * Makes everything in one database, or what is missing of it. Table by table, so that no lock is held for long; what is there
 * already is not locked at all.
 */
export async function installOn(pool: PgPool, installation: Installation): Promise<void> {
  const { schema, places, tables, partitions } = installation;
  const { qualified, asReplica } = await shardTables(pool, tables, undefined);
  const guarded = await alone(pool, places, async (query) => {
    for (const statement of ownTables(places, partitions)) await query(statement);
    await query(truncateFunction(places));
    await query(statementFunction(places));
    const found = await guardedTables(query, tables, qualified);
    await checkReferences(query, tables, qualified, asReplica);
    for (const table of found) await query(guardFunction(schema, places, table));
    return found;
  });
  for (const { qualified: name } of guarded) {
    const { trigger, fn } = guardOf(schema, name);
    const row = { name: trigger, fn, when: 'after insert or update or delete', each: 'row' };
    const truncate = {
      name: quotedName(`${schema}_truncate`),
      fn: `${places.schema}.refuse_truncate`,
      when: 'before truncate',
      each: 'statement',
    };
    const statement = {
      name: quotedName(`${schema}_statement`),
      fn: `${places.schema}.guard_statement`,
      when: 'after insert or update or delete',
      each: "statement when (pg_catalog.current_setting('xc.partition', true) operator(pg_catalog.<>) '')",
    };
    for (const wanted of [row, statement, truncate])
      await alone(pool, places, (query) => makeTrigger(query, name, wanted));
  }
}

/** Takes everything away again, of tables that are not named any more too. Of the schema only what is ours. */
export async function uninstallOn(pool: PgPool, { places }: Installation): Promise<void> {
  const triggers = await alone(pool, places, (query) =>
    query(`select format('drop trigger if exists %I on %I.%I', t.tgname, n.nspname, c.relname)
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_proc p on p.oid = t.tgfoid
      where p.pronamespace = to_regnamespace(${quotedText(places.schema)}) and t.tgparentid = 0`),
  );
  for (const [statement] of triggers) await alone(pool, places, (query) => query(String(statement)));
  await alone(pool, places, async (query) => {
    const functions = await query(`select format('drop function if exists %s', p.oid::regprocedure) from pg_proc p
      where p.pronamespace = to_regnamespace(${quotedText(places.schema)})
      and (p.proname in ('refuse_truncate', 'guard_statement') or p.proname ~ '^guard_[0-9a-f]{8}$')`);
    for (const [statement] of functions) await query(String(statement));
    if ((await query(`select to_regnamespace(${quotedText(places.schema)})::text`))[0]?.[0] === null) return;
    await query(`drop table if exists ${places.partition}, ${places.change}`);
    const rest = await query(
      `select 1 from pg_depend where refclassid = 'pg_namespace'::regclass and refobjid = to_regnamespace(${quotedText(places.schema)}) limit 1`,
    );
    if (rest.length === 0) await query(`drop schema ${places.schema}`);
  });
}

interface Trigger {
  readonly name: string;
  readonly fn: string;
  readonly when: string;
  readonly each: string;
}

async function makeTrigger(query: MoverQuery, table: string, { name, fn, when, each }: Trigger): Promise<void> {
  const found = await query(`select t.tgenabled::text from pg_trigger t
    where t.tgrelid = ${quotedText(table)}::regclass and quote_ident(t.tgname) = quote_ident(${quotedText(name.slice(1, -1))})
    and t.tgfoid = ${quotedText(`${fn}()`)}::regprocedure`);
  if (found[0]?.[0] === 'A') return;
  await query(`drop trigger if exists ${name} on ${table}`);
  await query(`create trigger ${name} ${when} on ${table} for each ${each} execute function ${fn}()`);
  // Replicas of replication write too.
  await query(`alter table ${table} enable always trigger ${name}`);
}

/**
 * Looks at the tables.
 * @throws XcError `XC_SHARD_TABLE_UNFIT`
 */
async function guardedTables(
  query: MoverQuery,
  tables: readonly CheckedTable[],
  qualified: readonly string[],
): Promise<readonly GuardedTable[]> {
  const found: GuardedTable[] = [];
  for (const [index, table] of tables.entries()) {
    const name = qualified[index] as string;
    const regclass = `${quotedText(name)}::regclass`;
    const columns = (await query(`select a.attname::text, t.typname = any (string_to_array(${STEADY}, ',')),
        t.typname in ('int2', 'int4', 'int8'), a.attnum::text, a.attnotnull
      from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = ${regclass} and a.attnum > 0 and not a.attisdropped`)) as readonly [
      string,
      boolean,
      boolean,
      string,
      boolean,
    ][];
    const columnOf = (column: string) => {
      const one = columns.find(([own]) => own === column);
      if (one === undefined) throw tableUnfit(table.name, `it has no column ${quotedName(column)}`);
      return one;
    };
    if (!columnOf(table.partition)[2]) throw tableUnfit(table.name, `${quotedName(table.partition)} is no integer`);
    const numbers = table.key.map((column) => columnOf(column)[3]).join(',');
    // Rows without a key cannot be told apart.
    const nullable = table.key.find((column) => !columnOf(column)[4]);
    const unique =
      await query(`select 1 from pg_index i where i.indrelid = ${regclass} and i.indisunique and i.indisvalid
      and i.indimmediate and i.indpred is null and i.indexprs is null
      and (i.indkey::int2[])[0:i.indnkeyatts - 1] @> array[${numbers}]::int2[]
      and (i.indkey::int2[])[0:i.indnkeyatts - 1] <@ array[${numbers}]::int2[]`);
    if (unique.length === 0)
      throw tableUnfit(table.name, `there is no unique index on its key (${table.key.join(', ')})`);
    if (nullable !== undefined)
      throw tableUnfit(table.name, `${quotedName(nullable)} is part of its key, and may be null`);
    found.push({
      qualified: name,
      table,
      key: table.key.map((column) => ({ name: column, isSteady: columnOf(column)[1] })),
    });
  }
  return found;
}

/** Rows that are left behind, or come before those that they need, are found here and not in the middle of a move. */
async function checkReferences(
  query: MoverQuery,
  tables: readonly CheckedTable[],
  qualified: readonly string[],
  asReplica: boolean,
): Promise<void> {
  const list = `array[${qualified.map((name) => `${quotedText(name)}::regclass`).join(', ')}]::oid[]`;
  const references = (await query(`select array_position(${list}, f.conrelid), array_position(${list}, f.confrelid),
      f.conrelid::regclass::text from pg_constraint f
    where f.contype = 'f' and f.confrelid = any (${list}) and f.conparentid = 0`)) as readonly [
    number | null,
    number,
    string,
  ][];
  for (const [from, to, name] of references) {
    const parent = tables[to - 1]?.name as string;
    if (from === null) throw tableUnfit(parent, `rows of ${name} refer to it, and that is none of the tables`);
    if (from < to) throw tableUnfit(parent, `${tables[from - 1]?.name} refers to it, and must come after it`);
    // Rows come in the order of their keys, and a batch at a time.
    if (from === to && !asReplica) throw tableUnfit(parent, SELF_REFERENCE);
  }
}

/** One who installs at a time; a lock that is not to be had soon is let go of, and tried for again. */
async function alone<T>(pool: PgPool, places: PgPlaces, work: (query: MoverQuery) => Promise<T>): Promise<T> {
  const session = {
    isolation: 'read committed',
    readOnly: false,
    lockTimeoutMs: LOCK_MS,
    first: [`select pg_advisory_xact_lock(${places.installers}, 0)`],
  } as const;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inMoverSession(pool, session, work, undefined);
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      // No lock in time; a deadlock with writers; somebody's own DDL at the same moment.
      const isPassing = code === '55P03' || code === '40P01' || code === 'XX000';
      if (!isPassing || attempt === ATTEMPTS) throw error;
      await systemClock.sleep(backoff.delayMs(attempt, systemRandom));
    }
  }
}
