import { asked } from './lent-client.ts';
import { tableUnfit } from './pg-places.ts';
import type { PgPool } from './pg-pool.ts';
import { quotedName } from './sql-text.ts';
import type { CheckedTable } from './table-options.ts';

/** What is known of a database, once and for all. */
export interface ShardTables {
  /** The tables, with their schemas: a mover does not look where the application does. */
  readonly qualified: readonly string[];
  /**
   * Whether a mover may write as replication does, so that the application's triggers do not run a second time for what they have
   * seen already, and foreign keys do not ask for rows that are still on their way.
   */
  readonly asReplica: boolean;
}

/**
 * Finds the tables as the application would, by the search path of its connections.
 * @throws XcError `XC_SHARD_TABLE_UNFIT` for one that is not there, or has children whose rows are read as its own.
 */
export async function shardTables(
  pool: PgPool,
  tables: readonly CheckedTable[],
  signal: AbortSignal | undefined,
): Promise<ShardTables> {
  const names = tables.map(({ name }) => name);
  const { rows } = await asked(
    pool,
    `select t.name, n.nspname, c.relname, c.relkind <> 'p' and exists (
        select from pg_catalog.pg_inherits i where i.inhparent = c.oid) as "hasChildren"
      from unnest($1::text[], $2::text[]) with ordinality t (name, quoted, place)
      left join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(t.quoted)
      left join pg_catalog.pg_namespace n on n.oid = c.relnamespace order by t.place`,
    [names, names.map(quotedPath)],
    signal,
  );
  const qualified = rows.map(({ name, nspname, relname, hasChildren }) => {
    if (typeof relname !== 'string') throw tableUnfit(String(name), 'it is not there');
    // What is read as its own has other columns and no trigger.
    if (hasChildren === true) throw tableUnfit(String(name), 'other tables inherit from it');
    return `${quotedName(String(nspname))}.${quotedName(relname)}`;
  });
  return { qualified, asReplica: await mayBeReplica(pool, signal) };
}

/** `a.b` is table b of schema a. */
export function quotedPath(name: string): string {
  return name.split('.').map(quotedName).join('.');
}

async function mayBeReplica(pool: PgPool, signal: AbortSignal | undefined): Promise<boolean> {
  const session = await asked(
    pool,
    `select current_setting('is_superuser') = 'on' as may, current_setting('server_version_num')::int as version`,
    [],
    signal,
  );
  const { may, version } = session.rows[0] as { readonly may: boolean; readonly version: number };
  if (may || version < 150_000) return may;
  const granted = await asked(
    pool,
    `select has_parameter_privilege('session_replication_role', 'set') as may`,
    [],
    signal,
  );
  return granted.rows[0]?.may === true;
}
