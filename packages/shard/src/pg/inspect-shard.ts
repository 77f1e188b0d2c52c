import type { PlaceState } from '../moving/data-adapter.ts';
import { inMoverSession } from './mover-session.ts';
import type { PgPlaces } from './pg-places.ts';
import type { PgPool } from './pg-pool.ts';
import { shardTables } from './shard-tables.ts';
import { quotedName } from './sql-text.ts';
import type { CheckedTable } from './table-options.ts';

/**
 * What one database keeps of each partition, at one moment. A move whose capture is over and whose changes lie there still, because
 * a writer noted them as it ended, counts among the captures: ending it once more takes them away.
 */
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
      query(`select p.partition::text, coalesce(c.rows, 0)::text, p.min_term::text, array_to_json(p.captures || l.moves)::text
        from (select partition, min_term, coalesce(capture::text[], '{}') as captures from ${places.partition}) p
        cross join lateral (select array(select distinct move_id::text from ${places.change} h
          where h.partition = p.partition and h.move_id <> all (p.captures) order by 1)) l (moves)
        left join (select own, count(*) as rows from (${counts.join(' union all ')}) one group by own) c on c.own = p.partition
        where c.rows > 0 or p.min_term > 0 or p.captures || l.moves <> '{}' order by p.partition`),
    signal,
  );
  return (found as readonly (readonly [string, string, string, string])[]).map(
    ([partition, rows, minTerm, captures]) => ({
      partition: Number(partition),
      rows: Number(rows),
      minTerm: Number(minTerm),
      captures: JSON.parse(captures) as readonly string[],
    }),
  );
}
