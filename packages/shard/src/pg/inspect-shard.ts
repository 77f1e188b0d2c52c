import type { PlaceState } from '../moving/data-adapter.ts';
import { inMoverSession } from './mover-session.ts';
import type { PgPlaces } from './pg-places.ts';
import type { PgPool } from './pg-pool.ts';
import { shardTables } from './shard-tables.ts';
import { quotedName } from './sql-text.ts';
import type { CheckedTable } from './table-options.ts';

/** What one database keeps of each partition, at one moment. */
export async function inspectShard(
  pool: PgPool,
  places: PgPlaces,
  tables: readonly CheckedTable[],
  signal: AbortSignal,
): Promise<readonly PlaceState[]> {
  const { qualified } = await shardTables(pool, tables, signal);
  const counts = tables.map(
    ({ partition }, index) => `select ${quotedName(partition)} as own from ${qualified[index]}`,
  );
  const session = { isolation: 'repeatable read', readOnly: true, lockTimeoutMs: 10_000 } as const;
  const found = await inMoverSession(
    pool,
    session,
    (query) =>
      query(`select p.partition::text, coalesce(c.rows, 0)::text, p.min_term::text, array_to_json(p.capture::text[])::text
        from ${places.partition} p
        left join (select own, count(*) as rows from (${counts.join(' union all ')}) one group by own) c on c.own = p.partition
        where c.rows > 0 or p.min_term > 0 or p.capture is not null order by p.partition`),
    signal,
  );
  return (found as readonly (readonly [string, string, string, string | null])[]).map(
    ([partition, rows, minTerm, captures]) => ({
      partition: Number(partition),
      rows: Number(rows),
      minTerm: Number(minTerm),
      captures: captures === null ? [] : (JSON.parse(captures) as readonly string[]),
    }),
  );
}
