import { asked } from './lent-client.ts';
import { inMoverSession, type MoverQuery } from './mover-session.ts';
import { tableUnfit } from './pg-places.ts';
import type { PgPool } from './pg-pool.ts';
import { quotedText } from './sql-text.ts';

/** A partition that is there. */
export interface FoundPartition {
  readonly name: string;
  readonly schema: string;
  /** Epoch milliseconds; -Infinity and Infinity for the ends of time. Undefined for a default partition. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** It was made here. */
  readonly isOwn: boolean;
}

/** A table that is partitioned by time, as it is now. */
export interface TimeTableState {
  readonly schema: string;
  readonly name: string;
  /** Of the column that it is partitioned by. */
  readonly type: 'date' | 'timestamp without time zone' | 'timestamp with time zone';
  readonly partitions: readonly FoundPartition[];
}

/** What tells partitions that were made here from those of others. */
export const MARK = 'xc_shard time partition of';

const types: readonly unknown[] = ['date', 'timestamp without time zone', 'timestamp with time zone'];

/** Finds the table as the application would, by the search path of its connections. */
export async function readTimeTable(pool: PgPool, path: string): Promise<TimeTableState> {
  const { rows } = await asked(
    pool,
    `select format('%I.%I', n.nspname, c.relname) as name from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = pg_catalog.to_regclass($1)`,
    [path],
    undefined,
  );
  const name = rows[0]?.name;
  if (typeof name !== 'string') throw tableUnfit(path, 'it is not there');
  const session = { isolation: 'read committed', readOnly: true, lockTimeoutMs: 10_000 } as const;
  return await inMoverSession(pool, session, (query) => timeTableState(query, name), undefined);
}

/** As {@link readTimeTable}, within a transaction. @param name - With its schema, quoted. */
export async function timeTableState(query: MoverQuery, name: string): Promise<TimeTableState> {
  const table = `${quotedText(name)}::regclass`;
  const [found] = await query(`select n.nspname::text, c.relname::text, p.partstrat::text, p.partnatts::text,
      format_type(a.atttypid, null)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    left join pg_partitioned_table p on p.partrelid = c.oid
    left join pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0] where c.oid = ${table}`);
  const [schema, relation, strategy, columns, type] = (found ?? []) as readonly string[];
  if (strategy !== 'r' || columns !== '1' || !types.includes(type)) {
    throw tableUnfit(name, 'it is not partitioned by range of one column with a date or a time');
  }
  const partitions = (await query(`select c.relname::text, n.nspname::text, pg_get_expr(c.relpartbound, c.oid),
      coalesce(obj_description(c.oid, 'pg_class'), '')
    from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
    where i.inhparent = ${table} and not i.inhdetachpending order by c.relname`)) as readonly (readonly string[])[];
  return {
    schema: schema as string,
    name: relation as string,
    type: type as TimeTableState['type'],
    partitions: partitions.map(([own = '', place = '', bound = '', comment = '']) => {
      const [from, to] = boundsOf(bound);
      return { name: own, schema: place, from, to, isOwn: comment === `${MARK} ${schema}.${relation}` };
    }),
  };
}

/** Of `FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)`, as it is with ISO dates in UTC. */
function boundsOf(text: string): readonly [number | undefined, number | undefined] {
  const found = /FROM \((.*)\) TO \((.*)\)$/.exec(text);
  return found === null ? [undefined, undefined] : [timeOf(found[1] as string), timeOf(found[2] as string)];
}

function timeOf(bound: string): number {
  const text = bound.replaceAll("'", '');
  if (text === 'MINVALUE' || text === '-infinity') return Number.NEGATIVE_INFINITY;
  if (text === 'MAXVALUE' || text === 'infinity') return Number.POSITIVE_INFINITY;
  const [date = '', time = '00:00:00'] = text.replace(/\+00$/, '').split(' ');
  return Date.parse(`${date}T${time}Z`);
}
