import pg from 'pg';
import { type Borrow, fromPgPool } from '../database/connections.ts';
import { createPlaceStore, type PlaceStore } from '../database/place-store.ts';
import type { CityGuide, GuideContext, OpenGuide } from '../service/city-guide.ts';

/** The guide as everybody first writes it: a connection pool, and every question goes to the database. */
export const openGuide: OpenGuide = async (context) => openBare(context, (store) => store);

/** The same with another store: `change` is given the one that asks the database. */
export function openBare(
  { service, databaseUrl, meter }: GuideContext,
  change: (store: PlaceStore, borrow: Borrow) => PlaceStore,
): CityGuide {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  // Without a listener, an idle connection that breaks ends the process.
  pool.on('error', () => {});
  const borrow = fromPgPool(pool);
  const store = change(createPlaceStore(borrow, { service, meter }), borrow);
  return {
    place: async (id) => ({ value: await store.place(id), stale: false }),
    near: async (point) => ({ value: await store.near(point), stale: false }),
    search: async (beginning) => ({ value: await store.search(beginning), stale: false }),
    async book(trip) {
      await store.enqueueConfirmation(trip);
      return { value: trip, stale: false };
    },
    health: () => ({
      status: 'up',
      facts: { connections: `${pool.totalCount} of 10`, waiting: `${pool.waitingCount}` },
    }),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}
