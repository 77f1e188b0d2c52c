import { systemClock } from '@xc/core';
import { asked } from './lent-client.ts';
import type { PgPlaces } from './pg-places.ts';
import type { PgPool } from './pg-pool.ts';

/** The longest wait, in ms: a transaction that stays open for longer is somebody's mistake, and holds up nobody here. */
const WAIT_MS = 4_000;

const FIRST_LOOK_MS = 5;
const LAST_LOOK_MS = 100;

/**
 * Resolves once the writers that are inside a partition at this moment have ended, or after 4 s. It looks at who holds the lock of
 * a writer instead of asking for it: nobody has to queue behind it, and who comes later is not waited for.
 */
export async function writersEnded(
  pool: PgPool,
  { writers }: PgPlaces,
  partition: number,
  signal: AbortSignal,
): Promise<void> {
  const inside = async (): Promise<readonly unknown[]> => {
    const { rows } = await asked(
      pool,
      `select l.virtualtransaction as id from pg_catalog.pg_locks l
        join pg_catalog.pg_database d on d.oid = l.database and d.datname = pg_catalog.current_database()
        where l.locktype = 'advisory' and l.classid = '${writers >>> 0}' and l.objid = '${partition}' and l.objsubid = 2
        and l.mode = 'ShareLock' and l.granted`,
      [],
      signal,
    );
    return rows.map(({ id }) => id);
  };
  const endsAt = systemClock.monotonic() + WAIT_MS;
  let left = await inside();
  for (
    let ms = FIRST_LOOK_MS;
    left.length > 0 && systemClock.monotonic() < endsAt;
    ms = Math.min(2 * ms, LAST_LOOK_MS)
  ) {
    await systemClock.sleep(ms, signal);
    const now = new Set(await inside());
    left = left.filter((id) => now.has(id));
  }
}
