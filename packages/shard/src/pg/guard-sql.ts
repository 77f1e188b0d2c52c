import { functionSettings } from './mover-session.ts';
import { guardOf, type PgPlaces } from './pg-places.ts';
import { quotedName, quotedText } from './sql-text.ts';
import type { CheckedTable } from './table-options.ts';

/** A column that the trigger writes down. */
export interface KeyColumn {
  readonly name: string;
  /** Its text is the same whatever the settings of the session are. */
  readonly isSteady: boolean;
}

/** A table that gets a trigger. */
export interface GuardedTable {
  /** With its schema. */
  readonly qualified: string;
  readonly table: CheckedTable;
  readonly key: readonly KeyColumn[];
}

/** Refuses a term that is too low; the one of each partition where `noted` has several, that of most under no name. */
const comparison = `if pg_catalog."left"(noted, 1) operator(pg_catalog.=) '{' then
      noted := coalesce(noted::pg_catalog.json operator(pg_catalog.->>) own::pg_catalog.text,
        noted::pg_catalog.json operator(pg_catalog.->>) '');
    end if;
    term := case when noted operator(pg_catalog.<>) '' then noted::pg_catalog.int8 else 0 end;
    if term operator(pg_catalog.<) lowest then
      raise exception using errcode = 'XC001', schema = tg_table_schema, table = tg_table_name,
        message = pg_catalog.format('partition %s takes writes of term %s and above, got %s', own, lowest, term),
        detail = pg_catalog.json_build_object('partition', own, 'term', term, 'minTerm', lowest)::pg_catalog.text;
    end if;`;

/**
 * The function of the row trigger of a table. It runs after the row was written, when the values are final, and before anybody can
 * see it: an error takes the statement back.
 *
 * The shared lock is held until the transaction ends, and comes before the look at the fence: whoever closes it has the lock alone,
 * so he either waits for this transaction, or is seen by it. READ COMMITTED sees by a fresh statement; for an older snapshot
 * FOR SHARE ends in a serialization failure when the row is not that of the snapshot any more. A lock of PostgreSQL is queued
 * fairly, and a transaction that has it gets it again at once.
 *
 * It runs for every row that anybody writes. It has the rights of its owner, and finds nothing by a search path: every name has its
 * schema, operators too, for to set the path would cost a quarter of the whole. Guarded by the bench 'pg'.
 */
export function guardFunction(schema: string, places: PgPlaces, { qualified, table, key }: GuardedTable): string {
  const column = quotedName(table.partition);
  const keyOf = (row: string): string => {
    const parts = key.map(({ name }) => `${row}.${quotedName(name)}::pg_catalog.text`);
    return `pg_catalog.json_build_array(${[quotedText(table.name), ...parts].join(', ')})::pg_catalog.text`;
  };
  const settings = key.every(({ isSteady }) => isSteady) ? '' : functionSettings;
  return `create or replace function ${guardOf(schema, qualified).fn}() returns trigger
language plpgsql security definer ${settings} as $guard$
declare
  own pg_catalog.int4;
  term pg_catalog.int8;
  lowest pg_catalog.int8;
  captures pg_catalog.text;
  noted pg_catalog.text;
  move pg_catalog.text;
  locked pg_catalog.text;
begin
  own := coalesce(new.${column}, old.${column});
  if tg_op operator(pg_catalog.=) 'UPDATE' and (old.${column} operator(pg_catalog.=) new.${column}) is not true then
    raise exception using errcode = 'XC002', schema = tg_table_schema, table = tg_table_name,
      message = pg_catalog.format('the partition of a row never changes: it is %s, and not %s', old.${column}, new.${column}),
      hint = 'Delete the row and insert it where it belongs.';
  end if;
  -- What a mover writes is what others have written already.
  if pg_catalog.current_setting('xc.mover', true) operator(pg_catalog.<>) '' then
    return null;
  end if;
  locked := pg_catalog.pg_advisory_xact_lock_shared(${places.writers}, own);
  if pg_catalog.current_setting('transaction_isolation') operator(pg_catalog.~~) 'read%' then
    select p.min_term, p.capture into lowest, captures from ${places.partition} p
      where p.partition operator(pg_catalog.=) own;
  else
    select p.min_term, p.capture into lowest, captures from ${places.partition} p
      where p.partition operator(pg_catalog.=) own for share;
  end if;
  if lowest operator(pg_catalog.=) 0 and captures is null then
    return null;
  end if;
  if not found then
    raise exception using errcode = 'XC003', schema = tg_table_schema, table = tg_table_name,
      message = pg_catalog.format('there is no partition %s', coalesce(own::pg_catalog.text, 'null')),
      hint = 'Take the partition from the context of the router.';
  end if;
  if lowest operator(pg_catalog.>) 0 then
    noted := pg_catalog.current_setting('xc.term', true);
    ${comparison}
    noted := null;
  end if;
  -- The statement has met its partition: nothing is left to look at where it ends.
  if pg_catalog.current_setting('xc.partition', true) operator(pg_catalog.=) own::pg_catalog.text then
    locked := pg_catalog.set_config('xc.partition', '', true);
  end if;
  if captures is not null then
    if tg_op operator(pg_catalog.<>) 'INSERT' then
      noted := ${keyOf('old')};
      foreach move in array captures::pg_catalog.text[] loop
        insert into ${places.change} (partition, move_id, key) values (own, move, noted);
      end loop;
    end if;
    if tg_op operator(pg_catalog.<>) 'DELETE' and (noted operator(pg_catalog.=) ${keyOf('new')}) is not true then
      noted := ${keyOf('new')};
      foreach move in array captures::pg_catalog.text[] loop
        insert into ${places.change} (partition, move_id, key) values (own, move, noted);
      end loop;
    end if;
  end if;
  return null;
end $guard$`;
}

/**
 * The function of the trigger at the end of a statement. A statement that finds no row fires no row trigger: at an old owner it
 * would have changed nothing, and said so, while the row is elsewhere. So it is held to the partitions that its router has sent it
 * for, in `xc.partition`; those that a row has met are off that list, and the lock of a writer is held until its transaction ends.
 */
export function statementFunction(places: PgPlaces): string {
  return `create or replace function ${places.schema}.guard_statement() returns trigger
language plpgsql security definer as $guard$
declare
  own pg_catalog.int4;
  term pg_catalog.int8;
  lowest pg_catalog.int8;
  noted pg_catalog.text;
  locked pg_catalog.text;
begin
  noted := pg_catalog.current_setting('xc.partition', true);
  if noted is null or noted operator(pg_catalog.=) '' or pg_catalog.current_setting('xc.mover', true) operator(pg_catalog.<>) '' then
    return null;
  end if;
  foreach own in array pg_catalog.string_to_array(noted, ',')::pg_catalog.int4[] loop
    locked := pg_catalog.pg_advisory_xact_lock_shared(${places.writers}, own);
    if pg_catalog.current_setting('transaction_isolation') operator(pg_catalog.~~) 'read%' then
      select p.min_term into lowest from ${places.partition} p where p.partition operator(pg_catalog.=) own;
    else
      select p.min_term into lowest from ${places.partition} p where p.partition operator(pg_catalog.=) own for share;
    end if;
    noted := pg_catalog.current_setting('xc.term', true);
    ${comparison}
  end loop;
  locked := pg_catalog.set_config('xc.partition', '', true);
  return null;
end $guard$`;
}

/**
 * The function of the trigger on TRUNCATE. The lock keeps captures from being begun while it looks, and with an older snapshot
 * every row is looked at for whether it is that of the snapshot.
 */
export function truncateFunction(places: PgPlaces): string {
  return `create or replace function ${places.schema}.refuse_truncate() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $guard$
begin
  lock table ${places.partition} in share mode;
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    perform 1 from ${places.partition} for share;
  end if;
  if exists (select from ${places.partition} where capture is not null) then
    raise exception using errcode = 'XC004', schema = tg_table_schema, table = tg_table_name,
      message = format('table %s cannot be truncated while its partitions are being moved', tg_table_name),
      hint = 'Delete the rows instead.';
  end if;
  return null;
end $guard$`;
}

/** Tables, and a row for each partition: one that were born later would be invisible to older snapshots. */
export function ownTables(places: PgPlaces, partitions: number): readonly string[] {
  return [
    `create schema if not exists ${places.schema}`,
    `create table if not exists ${places.partition} (partition int primary key, min_term bigint not null default 0,
      mover bigint not null default 0, capture text) with (fillfactor = 50)`,
    `create table if not exists ${places.change} (id bigserial, partition int not null, move_id text collate "C" not null,
      key text collate "C" not null, primary key (partition, move_id, id))`,
    `insert into ${places.partition} (partition) select generate_series(0, ${partitions - 1}) on conflict do nothing`,
  ];
}
