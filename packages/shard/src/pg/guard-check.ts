import { XcError } from '@xc/core';
import { guardOf } from './pg-places.ts';
import { quotedPath } from './shard-tables.ts';
import { quotedText } from './sql-text.ts';
import type { CheckedTable } from './table-options.ts';

const UNGUARDED = 'XC005';

/**
 * A statement that fails where a table has no guard: it is new among the tables, or was made anew since `install`. Its writes
 * would be neither refused nor noted, and nobody would know. Run before the search path is set: it finds tables as the application
 * does.
 */
export function guardCheck(schema: string, tables: readonly CheckedTable[]): string {
  const array = (texts: readonly string[]): string => `array[${texts.map(quotedText).join(', ')}]::pg_catalog.text[]`;
  const { trigger } = guardOf(schema, '');
  const names = array(tables.map(({ name }) => name));
  const paths = array(tables.map(({ name }) => quotedPath(name)));
  return `do $check$ declare
    missing pg_catalog.text;
  begin
    select t.name into missing from rows from (pg_catalog.unnest(${names}), pg_catalog.unnest(${paths})) t (name, path)
      where not exists (
      select from pg_catalog.pg_trigger g where g.tgrelid operator(pg_catalog.=) pg_catalog.to_regclass(t.path)
        and g.tgname operator(pg_catalog.=) ${quotedText(trigger.slice(1, -1))} and g.tgenabled in ('A', 'O')) limit 1;
    if found then
      raise exception using errcode = '${UNGUARDED}', message = missing;
    end if;
  end $check$`;
}

/** What the check has found, as callers know it. */
export function notGuarded(error: unknown, shard: string): XcError<'XC_SHARD_NOT_INSTALLED'> | undefined {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (code !== UNGUARDED) return undefined;
  const table = String(message);
  const text = `table ${table} of shard ${shard} has no trigger that refuses and notes writes: run install`;
  return new XcError('XC_SHARD_NOT_INSTALLED', text, { cause: error, details: { shard, table } });
}
