import pg from 'pg';
import { createPlaceStore } from '../database/place-store.ts';
import type { OpenGuide } from '../service/city-guide.ts';

/** The guide as everybody first writes it: a connection pool, and every question goes to the database. */
export const openGuide: OpenGuide = async ({ service, databaseUrl, meter }) => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  // Without a listener, an idle connection that breaks ends the process.
  pool.on('error', () => {});
  const store = createPlaceStore(pool, { service, meter });
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
};
