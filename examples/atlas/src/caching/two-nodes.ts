import { busCoherence, type Cache, createCache, memoryTier } from '@xc/cache';
import { chaosCoherence } from '@xc/cache/testing';
import { type Clock, localBus } from '@xc/core';
import type pg from 'pg';

/** What became of an invalidation whose message was lost. */
export interface Heard {
  /** From the return of the connection until the other node served what was written. Infinity: it never did. */
  readonly heardMs: number;
  /** Of what the other node has in memory, compared with the database in the end. */
  readonly checked: number;
  readonly wrong: number;
}

const CITIES = 50;
const WRITTEN = 10;
const HEARTBEAT_MS = 200;
const GIVE_UP_MS = 4_000;

/**
 * Two nodes of one cache over the table of places. One writes and invalidates while the other hears nothing; then the other hears
 * again.
 */
export async function invalidateUnheard(database: pg.Client, clock: Clock): Promise<Heard> {
  const l2 = memoryTier();
  const bus = localBus();
  const line = { drop: 0 };
  await using here = createCache({ l2, coherence: busCoherence(bus, { heartbeatMs: HEARTBEAT_MS }) });
  await using there = createCache({
    l2,
    coherence: chaosCoherence(busCoherence(bus, { heartbeatMs: HEARTBEAT_MS }), line),
  });
  const { rows } = await database.query<{ id: number }>('SELECT id FROM places ORDER BY population DESC LIMIT $1', [
    CITIES,
  ]);
  const ids = rows.map(({ id }) => id);
  const source = async (key: string): Promise<number> => {
    const found = await database.query<{ population: number }>('SELECT population FROM places WHERE id = $1', [key]);
    return found.rows[0]?.population ?? 0;
  };
  const read = (cache: Cache, id: number) => cache.getOrSet(`${id}`, ({ key }) => source(key));
  for (const id of ids) for (const node of [here, there]) await read(node, id);

  line.drop = 1;
  const written = ids.slice(0, WRITTEN);
  await database.query('UPDATE places SET population = population + 1 WHERE id = ANY($1)', [written]);
  await here.invalidate({ keys: written.map(String) });
  await clock.sleep(HEARTBEAT_MS / 2);
  line.drop = 0;

  const servesWhatIsWritten = async (): Promise<boolean> => {
    for (const id of written) if ((await read(there, id)) !== (await source(`${id}`))) return false;
    return true;
  };
  const backAt = clock.monotonic();
  let heardMs = Number.POSITIVE_INFINITY;
  while (clock.monotonic() - backAt < GIVE_UP_MS) {
    if (await servesWhatIsWritten()) {
      heardMs = clock.monotonic() - backAt;
      break;
    }
    await clock.sleep(10);
  }
  const { checked, agreed } = await there.verify({ source });
  await database.query('UPDATE places SET population = population - 1 WHERE id = ANY($1)', [written]);
  return { heardMs, checked, wrong: checked - agreed };
}
