import type { ChangedKeys, Place } from '../moving/data-adapter.ts';
import { asked } from './lent-client.ts';
import type { PgPlaces } from './pg-places.ts';
import type { PgPool } from './pg-pool.ts';
import type { RowKeys } from './row-key.ts';
import { writersEnded } from './writers-inside.ts';

/** Rows looked at for each key that is wanted: a key that changes all the time is there many times. */
const LOOKAHEAD = 4;
/** Rows removed at a time, once a capture is over. */
const REMOVED = 10_000;

/**
 * The oldest keys that anybody sees by now. Ids say nothing of who came first: a transaction that began earlier may end later. So
 * nothing is ever taken to be read up to an id.
 */
export async function changedKeys(
  pool: PgPool,
  { change }: PgPlaces,
  keys: RowKeys,
  { partition, moveId }: Place,
  limit: number,
  signal: AbortSignal,
): Promise<ChangedKeys> {
  const found = new Map<string, string>();
  const ids: bigint[] = [];
  const size = Math.max(1_000, limit * LOOKAHEAD);
  for (let after = '0'; ; ) {
    const { rows } = await asked(
      pool,
      `select c.id::text as id, c.key from ${change} c
        where c.partition = $1 and c.move_id = $2 and c.id > $3::bigint order by c.id limit $4`,
      [partition, moveId, after, size],
      signal,
    );
    for (const { id, key } of rows as readonly { readonly id: string; readonly key: string }[]) {
      if (!found.has(key)) {
        if (found.size === limit) continue;
        found.set(key, keys.keyOf(keys.notedPlace(key)));
      }
      ids.push(BigInt(id));
    }
    if (rows.length < size || found.size === limit) break;
    after = String(rows.at(-1)?.id);
  }
  return { keys: [...found.values()], ack: ids.length === 0 ? undefined : runsOf(ids) };
}

/** Removes exactly what was seen. */
export async function acknowledgeChanges(
  pool: PgPool,
  { change }: PgPlaces,
  { partition, moveId }: Place,
  ack: string,
  signal: AbortSignal,
): Promise<void> {
  const runs = ack.split(',').map((run) => run.split('-'));
  await asked(
    pool,
    `delete from ${change} c using unnest($3::bigint[], $4::bigint[]) run (first, last)
      where c.partition = $1 and c.move_id = $2 and c.id between run.first and run.last`,
    [partition, moveId, runs.map(([first]) => first), runs.map(([first, last = first]) => last)],
    signal,
  );
}

/**
 * Whoever has seen the capture may still note a key: what is noted is removed once these writers have ended, also where the capture
 * was ended by a call that did not come that far. One that stays open for longer than anybody waits harms nobody: what it notes is
 * seen by `inspect`, and goes when a capture is ended there once more, or another begins.
 */
export async function endCapture(
  pool: PgPool,
  places: PgPlaces,
  { partition, moveId }: Place,
  signal: AbortSignal,
): Promise<void> {
  await asked(
    pool,
    `update ${places.partition} set capture = nullif(pg_catalog.array_remove(capture::text[], $2::text)::text, '{}')
      where partition = $1 and $2::text = any (capture::text[])`,
    [partition, moveId],
    signal,
  );
  await writersEnded(pool, places, partition, signal);
  await removeStrayChanges(pool, places, partition, signal);
}

/** What nobody will ever read: noted for moves that are over. */
export async function removeStrayChanges(
  pool: PgPool,
  { partition: table, change }: PgPlaces,
  partition: number,
  signal: AbortSignal,
): Promise<void> {
  const captured = `select unnest(p.capture::text[]) from ${table} p where p.partition = ${partition}`;
  const batch = `select ctid from ${change} where partition = ${partition} and move_id not in (${captured}) limit ${REMOVED}`;
  let removed: number;
  do {
    const { rowCount } = await asked(pool, `delete from ${change} where ctid = any (array(${batch}))`, [], signal);
    removed = rowCount ?? 0;
  } while (removed === REMOVED);
}

/** Ids that follow one another as `first-last`: nothing is in between that was not seen. */
function runsOf(ids: readonly bigint[]): string {
  const runs: [bigint, bigint][] = [];
  for (const id of ids) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] + 1n === id) run[1] = id;
    else runs.push([id, id]);
  }
  return runs.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}
